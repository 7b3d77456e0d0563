/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose context a thread runs on: giving, lending, and going home; see sched.h. */
#include <abi/object.h>
#include <core/sched.h>
#include <object/reply.h>

void sched_go_home(struct tcb *t)
{
    if (!t->home || t->sc)
        return;
    if (t->home->tcb)
        return;                 /* still with a thread that has no other context */
    t->prio = t->base_prio;
    sched_give(t->home, t);
    if (!(t->flags & TCB_FLAG_LEND)) {
        t->home->owner = NULL;
        t->home = NULL;
    }
}

void sched_park(struct tcb *t)
{
    if (!t->home)
        return;
    sched_return_loan(t);
    if (!(t->flags & TCB_FLAG_LEND)) {
        sched_go_home(t);
        return;
    }
    if (t->sc) {                    /* its home, or a loan whose lender is gone */
        t->sc->tcb = NULL;
        t->sc = NULL;
    }
    t->prio = t->base_prio;
}

void sched_return_loan(struct tcb *t)
{
    if (sched_on_loan(t))
        sched_end_loan(t);
}
