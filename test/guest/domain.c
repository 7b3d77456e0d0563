/* SPDX-License-Identifier: BSD-2-Clause */
/* Tests of the calls about scheduling domains, of which there is one. */
#include <test/test.h>

#define DURATION_LIMIT  (UINT64_C(1) << 56)

TEST("domain: a thread is in domain 0 and cannot go elsewhere")
{
    cptr tcb = self()->tcb;

    CHECK_OK(kc_domain_set(ROOT_SLOT_DOMAIN, 0, tcb));
    CHECK_ERR1(kc_domain_set(ROOT_SLOT_DOMAIN, 1, tcb), ERROR_INVALID_ARGUMENT, 0);
    CHECK_ERR1(kc_domain_set(ROOT_SLOT_DOMAIN, 0, ROOT), ERROR_INVALID_ARGUMENT, 1);
    CHECK_ERR(kc_domain_set(tcb, 0, tcb), ERROR_ILLEGAL_OPERATION);
}

TEST("domain: the schedule has one entry, and an end marker that stays")
{
    cptr domain = ROOT_SLOT_DOMAIN;

    CHECK_OK(kc_domain_schedule_configure(domain, 0, 0, DURATION_LIMIT - 1));
    CHECK_RANGE(kc_domain_schedule_configure(domain, 1, 0, 1), 0, 0);
    CHECK_RANGE(kc_domain_schedule_configure(domain, 0, 1, 1), 0, 0);
    CHECK_ERR1(kc_domain_schedule_configure(domain, 0, 0, 0), ERROR_INVALID_ARGUMENT, 2);
    CHECK_ERR1(kc_domain_schedule_configure(domain, 0, 0, DURATION_LIMIT),
               ERROR_INVALID_ARGUMENT, 2);
    CHECK_OK(kc_domain_schedule_set_start(domain, 0));
    CHECK_ERR1(kc_domain_schedule_set_start(domain, 1), ERROR_INVALID_ARGUMENT, 0);
    CHECK_RANGE(kc_domain_schedule_set_start(domain, 2), 0, 1);
}
