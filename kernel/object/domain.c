/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DomainSet with a single domain: all checks of the interface, and a schedule of one
 * entry, which says that domain 0 runs all the time whatever its duration.
 */
#include <object/domain.h>

#define DURATION_BITS  56
#define START_INDEX    0        /* the only entry that is no end marker */

static enum outcome set_domain(struct invocation *inv)
{
    if (inv->length < 1 || inv->extra_count < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    if (invocation_word(inv, 0) >= DOMAIN_COUNT)
        return refuse_argument(0);
    if (cap_type(inv->extra[0]->cap) != CAP_TCB)
        return refuse_argument(1);
    return OUTCOME_DONE;
}

static enum outcome configure(struct invocation *inv)
{
    word index = invocation_word(inv, 0), domain = invocation_word(inv, 1);
    word duration = invocation_word(inv, 2);

    if (inv->length < 3)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    if (index >= DOMAIN_SCHEDULES - 1)
        return refuse_range(0, DOMAIN_SCHEDULES - 2);
    if (domain >= DOMAIN_COUNT)
        return refuse_range(0, DOMAIN_COUNT - 1);
    if (duration >= BIT(DURATION_BITS) || (index == START_INDEX && duration == 0))
        return refuse_argument(2);
    return OUTCOME_DONE;
}

static enum outcome set_start(struct invocation *inv)
{
    word index = invocation_word(inv, 0);

    if (inv->length < 1)
        return refuse(ERROR_TRUNCATED_MESSAGE);
    if (index >= DOMAIN_SCHEDULES)
        return refuse_range(0, DOMAIN_SCHEDULES - 1);
    return index == START_INDEX ? OUTCOME_DONE : refuse_argument(0);
}

enum outcome domain_decode(struct invocation *inv)
{
    switch (inv->label) {
    case INVOKE_DOMAIN_SET:
        return set_domain(inv);
    case INVOKE_DOMAIN_SCHEDULE_CONFIGURE:
        return configure(inv);
    case INVOKE_DOMAIN_SCHEDULE_SET_START:
        return set_start(inv);
    default:
        return refuse(ERROR_ILLEGAL_OPERATION);
    }
}
