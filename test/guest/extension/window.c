/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of reply windows, window(7). A client calls with a window on pages at
 * free_address(), and is left waiting; the test's thread is the server.
 */
#include <test/test.h>

enum { PAGE = 4096, PAGES = 8, BUFFER = 16, LARGE_INDEX = 256, BYTES = PAGES * PAGE };

static cptr ep, reply, pages;
static struct thread *client;
static uint64_t window_address, window_length, window_direction;
static atomic_uint answered, stage;
static struct message answer;
static char own[2 * BYTES] __attribute__((aligned(PAGE)));

static void call(uint64_t unused)
{
    (void)unused;
    answer = ipc_call_window(ep, 7, window_address, window_length, window_direction);
    answered++;
}

static char *window(void)
{
    return (char *)free_address();
}

/* The window's memory: PAGES pages with a pattern. */
static void make_pages(void)
{
    pages = objects(OBJECT_PAGE_4K, 0, PAGES);
    for (unsigned i = 0; i < PAGES; i++)
        map_page(pages + i, i, RIGHTS_ALL);
    for (unsigned i = 0; i < BYTES; i++)
        window()[i] = (char)(i % 251);
    memset(own, 0, sizeof(own));
}

/* A client that waits for its answer, with that window. */
static void open_at(uint64_t address, uint64_t length, uint64_t direction)
{
    window_address = address;
    window_length = length;
    window_direction = direction;
    answered = stage = 0;
    ep = make(OBJECT_ENDPOINT);
    reply = make(OBJECT_REPLY);
    client = spawn(.run = call);
    CHECK_EQ(ipc_recv(ep, reply).label, 7);
}

static void open(uint64_t direction)
{
    make_pages();
    open_at(free_address(), BYTES, direction);
}

static void close(void)
{
    ipc_reply(reply, 0, 1);
    join(client);
    CHECK_EQ(answered, 1);
}

static enum error_code copy_once(uint64_t offset, const void *buffer, uint64_t length,
                                 uint64_t direction, uint64_t *done)
{
    return kc_reply_window_copy(reply, offset, (uint64_t)buffer, length, direction, done);
}

/* Copies until nothing more comes; how much. */
static uint64_t copy_all(uint64_t offset, const void *buffer, uint64_t length,
                         uint64_t direction)
{
    uint64_t all = 0, done = 1;

    while (all < length && done > 0) {
        CHECK_OK(copy_once(offset + all, (const char *)buffer + all, length - all,
                           direction, &done));
        CHECK(done <= length - all);
        all += done;
    }
    return all;
}

static bool is_pattern(const char *bytes, unsigned from, unsigned length)
{
    for (unsigned i = 0; i < length; i++) {
        if (bytes[i] != (char)((from + i) % 251))
            return false;
    }
    return true;
}

TEST("window: a server reads the whole window")
{
    open(WINDOW_READ);
    CHECK_EQ(copy_all(0, own, BYTES, WINDOW_READ), BYTES);
    CHECK(is_pattern(own, 0, BYTES));
    CHECK_EQ(own[BYTES], 0);
    close();
}

TEST("window: a server writes the whole window")
{
    open(WINDOW_WRITE);
    for (unsigned i = 0; i < BYTES; i++)
        own[i] = (char)(i % 13);
    CHECK_EQ(copy_all(0, own, BYTES, WINDOW_WRITE), BYTES);
    CHECK_EQ(memcmp(window(), own, BYTES), 0);
    close();
}

TEST("window: offsets, odd addresses and lengths")
{
    static const unsigned cases[][3] = {
        {0, 0, 1}, {1, 3, 7}, {4095, 0, 2}, {4095, 4095, 2}, {100, 4000, 5000},
        {BYTES - 1, 17, 1}, {5, 9, BYTES - 5}, {PAGE, 1, 2 * PAGE + 1},
    };

    open(WINDOW_READ_WRITE);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned offset = cases[i][0], at = cases[i][1], length = cases[i][2];
        memset(own, 1, sizeof(own));
        CHECK_EQ(copy_all(offset, own + at, length, WINDOW_READ), length);
        CHECK(is_pattern(own + at, offset, length));
        CHECK_EQ(own[at + length], 1);
        CHECK(at == 0 || own[at - 1] == 1);
        CHECK_EQ(copy_all(offset, own + at, length, WINDOW_WRITE), length);
        CHECK(is_pattern(window(), 0, BYTES));
    }
    close();
}

TEST("window: a copy ends where the request ends")
{
    open(WINDOW_WRITE);
    memset(own, 5, sizeof(own));
    CHECK_EQ(copy_all(10, own, 20, WINDOW_WRITE), 20);
    CHECK(is_pattern(window(), 0, 10));
    CHECK_EQ(window()[10], 5);
    CHECK_EQ(window()[29], 5);
    CHECK(is_pattern(window() + 30, 30, BYTES - 30));
    close();
}

TEST("window: nothing is copied by a request for nothing")
{
    uint64_t done = 9;

    open(WINDOW_READ);
    CHECK_OK(copy_once(0, own, 0, WINDOW_READ, &done));
    CHECK_EQ(done, 0);
    CHECK_OK(copy_once(BYTES, own, 0, WINDOW_READ, &done));
    CHECK_EQ(done, 0);
    close();
}

TEST("window: the copy stops at an absent page of the client")
{
    uint64_t done = 9;

    open(WINDOW_READ_WRITE);
    CHECK_OK(kc_page_unmap(pages + 2));
    CHECK_EQ(copy_all(100, own, BYTES - 100, WINDOW_READ), 2 * PAGE - 100);
    CHECK(is_pattern(own, 100, 2 * PAGE - 100));
    CHECK_EQ(own[2 * PAGE - 100], 0);
    CHECK_EQ(copy_all(0, own, BYTES, WINDOW_WRITE), 2 * PAGE);
    CHECK_OK(copy_once(2 * PAGE, own, 1, WINDOW_READ, &done));
    CHECK_EQ(done, 0);
    map_page(pages + 2, 2, RIGHTS_ALL);
    CHECK_EQ(copy_all(2 * PAGE, own, PAGE, WINDOW_READ), PAGE);
    close();
}

TEST("window: the copy stops at an absent page of the server")
{
    open(WINDOW_READ_WRITE);
    cptr page = make(OBJECT_PAGE_4K);
    char *buffer = map_page(page, BUFFER, RIGHTS_ALL);
    CHECK_EQ(copy_all(0, buffer + 96, BYTES, WINDOW_READ), PAGE - 96);
    CHECK(is_pattern(buffer + 96, 0, PAGE - 96));
    CHECK_EQ(copy_all(0, buffer + 96, BYTES, WINDOW_WRITE), PAGE - 96);
    CHECK_OK(kc_page_unmap(page));
    CHECK_EQ(copy_all(0, buffer, BYTES, WINDOW_READ), 0);
    close();
}

TEST("window: a read-only page of the client can be read only")
{
    open(WINDOW_READ_WRITE);
    CHECK_OK(kc_page_unmap(pages + 1));
    map_page(pages + 1, 1, RIGHT_READ);
    CHECK_EQ(copy_all(0, own, BYTES, WINDOW_READ), BYTES);
    memset(own, 3, sizeof(own));
    CHECK_EQ(copy_all(0, own, BYTES, WINDOW_WRITE), PAGE);
    CHECK_EQ(copy_all(PAGE, own, 1, WINDOW_WRITE), 0);
    CHECK(is_pattern(window() + PAGE, PAGE, PAGE));
    CHECK_EQ(window()[PAGE - 1], 3);
    close();
}

TEST("window: a server cannot read into memory that it may not write")
{
    open(WINDOW_READ_WRITE);
    cptr page = make(OBJECT_PAGE_4K);
    char *buffer = map_page(page, BUFFER, RIGHT_READ);
    CHECK_EQ(copy_all(0, buffer, PAGE, WINDOW_READ), 0);
    CHECK_EQ(copy_all(0, buffer, PAGE, WINDOW_WRITE), PAGE);
    CHECK_EQ(window()[1], 0);
    close();
}

TEST("window: requests outside of the window are refused")
{
    uint64_t done = 9, huge = ~UINT64_C(0);

    open(WINDOW_READ);
    CHECK_RANGE(copy_once(BYTES + 1, own, 0, WINDOW_READ, &done), 0, BYTES);
    CHECK_RANGE(copy_once(0, own, BYTES + 1, WINDOW_READ, &done), 0, BYTES);
    CHECK_RANGE(copy_once(BYTES, own, 1, WINDOW_READ, &done), 0, 0);
    CHECK_RANGE(copy_once(10, own, BYTES - 9, WINDOW_READ, &done), 0, BYTES - 10);
    CHECK_RANGE(copy_once(huge, own, 1, WINDOW_READ, &done), 0, BYTES);
    CHECK_RANGE(copy_once(huge - 9, own, 20, WINDOW_READ, &done), 0, BYTES);
    CHECK_EQ(done, 9);
    CHECK_EQ(own[0], 0);
    close();
}

TEST("window: memory that no server can have is refused")
{
    uint64_t done = 9, huge = ~UINT64_C(0);

    open(WINDOW_READ);
    CHECK_ERR1(copy_once(0, (void *)(USER_TOP + 8), 8, WINDOW_READ, &done),
               ERROR_INVALID_ARGUMENT, 1);
    CHECK_ERR1(copy_once(0, (void *)(USER_TOP - 8), 9, WINDOW_READ, &done),
               ERROR_INVALID_ARGUMENT, 1);
    CHECK_ERR1(copy_once(0, (void *)huge, 9, WINDOW_READ, &done),
               ERROR_INVALID_ARGUMENT, 1);
    CHECK_ERR1(copy_once(0, own, huge, WINDOW_READ, &done), ERROR_INVALID_ARGUMENT, 1);
    CHECK_OK(copy_once(0, (void *)(USER_TOP - 8), 8, WINDOW_READ, &done));
    CHECK_EQ(done, 0);
    close();
}

TEST("window: only the direction that the client allows")
{
    uint64_t done = 9;

    open(WINDOW_READ);
    CHECK_ERR(copy_once(0, own, 8, WINDOW_WRITE, &done), ERROR_ILLEGAL_OPERATION);
    close();
    open_at(free_address(), BYTES, WINDOW_WRITE);
    CHECK_ERR(copy_once(0, own, 8, WINDOW_READ, &done), ERROR_ILLEGAL_OPERATION);
    close();
    open_at(free_address(), BYTES, WINDOW_NONE);
    CHECK_ERR(copy_once(0, own, 8, WINDOW_READ, &done), ERROR_ILLEGAL_OPERATION);
    close();
    CHECK(is_pattern(window(), 0, BYTES));
}

TEST("window: one direction at a time")
{
    uint64_t done = 9;

    open(WINDOW_READ_WRITE);
    CHECK_ERR1(copy_once(0, own, 8, 0, &done), ERROR_INVALID_ARGUMENT, 3);
    CHECK_ERR1(copy_once(0, own, 8, 3, &done), ERROR_INVALID_ARGUMENT, 3);
    CHECK_ERR1(copy_once(0, own, 8, 5, &done), ERROR_INVALID_ARGUMENT, 3);
    uint64_t info = message_info(INVOKE_REPLY_WINDOW_COPY, 0, 0, 3);
    CHECK_EQ(ipc_call_info(reply, info, 0).label, ERROR_TRUNCATED_MESSAGE);
    close();
}

static void call_plainly(uint64_t e)
{
    answer = ipc_call(e, 7, 0);
    answered++;
}

TEST("window: a client without a window cannot be read")
{
    uint64_t done = 9;

    make_pages();
    answered = 0;
    ep = make(OBJECT_ENDPOINT);
    reply = make(OBJECT_REPLY);
    client = spawn(.run = call_plainly, .arg = ep);
    CHECK_EQ(ipc_recv(ep, reply).label, 7);
    CHECK_ERR(copy_once(0, own, 0, WINDOW_READ, &done), ERROR_ILLEGAL_OPERATION);
    close();
    open_at(free_address(), 0, WINDOW_READ);
    CHECK_ERR(copy_once(0, own, 0, WINDOW_READ, &done), ERROR_ILLEGAL_OPERATION);
    close();
}

static void receive(uint64_t e)
{
    ipc_recv(e, reply);
}

TEST("window: nobody waits: before the call, after the answer, in a receive")
{
    uint64_t done = 9;

    reply = make(OBJECT_REPLY);
    CHECK_ERR(copy_once(0, own, 8, WINDOW_READ, &done), ERROR_ILLEGAL_OPERATION);
    open(WINDOW_READ);
    close();
    CHECK_ERR(copy_once(0, own, 8, WINDOW_READ, &done), ERROR_ILLEGAL_OPERATION);
    spawn(.run = receive, .arg = ep);
    CHECK_ERR(copy_once(0, own, 8, WINDOW_READ, &done), ERROR_ILLEGAL_OPERATION);
}

TEST("window: a client that was suspended cannot be read")
{
    uint64_t done = 9;

    open(WINDOW_READ);
    CHECK_OK(kc_tcb_suspend(client->tcb));
    CHECK_ERR(copy_once(0, own, 8, WINDOW_READ, &done), ERROR_ILLEGAL_OPERATION);
    CHECK_OK(kc_tcb_resume(client->tcb));
    CHECK_EQ(ipc_recv(ep, reply).label, 7);
    CHECK_EQ(copy_all(0, own, 8, WINDOW_READ), 8);
    close();
}

static void fault(uint64_t unused)
{
    (void)unused;
    register uint64_t address __asm__("r8") = free_address();
    register uint64_t length __asm__("r9") = BYTES;
    register uint64_t direction __asm__("r15") = WINDOW_READ;
    int64_t number = SYSCALL_CALL_WINDOW;

    __asm__ volatile("ud2" : : "d"(number), "r"(address), "r"(length), "r"(direction));
}

TEST("window: a thread that faulted cannot be read, whatever its registers hold")
{
    uint64_t done = 9;

    make_pages();
    ep = make(OBJECT_ENDPOINT);
    reply = make(OBJECT_REPLY);
    spawn(.run = fault, .fault_ep = ep);
    CHECK_EQ(ipc_recv(ep, reply).label, FAULT_USER_EXCEPTION);
    CHECK_ERR(copy_once(0, own, 8, WINDOW_READ, &done), ERROR_ILLEGAL_OPERATION);
}

TEST("window: in an answer the label is the answer's")
{
    open(WINDOW_READ);
    ipc_reply(reply, INVOKE_REPLY_WINDOW_COPY, 33);
    join(client);
    CHECK_EQ(answered, 1);
    CHECK_EQ(answer.label, INVOKE_REPLY_WINDOW_COPY);
    CHECK_EQ(answer.mr[0], 33);
}

TEST("window: one that cannot be shows nothing")
{
    static const uint64_t cases[][3] = {
        {USER_TOP + 1, 1, WINDOW_READ}, {USER_TOP - 8, 9, WINDOW_READ},
        {8, ~UINT64_C(0), WINDOW_READ}, {0, PAGE, 4}, {~UINT64_C(0), 2, WINDOW_READ},
    };
    uint64_t done = 9;

    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        open_at(cases[i][0], cases[i][1], cases[i][2]);
        CHECK_ERR(copy_once(0, own, 1, WINDOW_READ, &done), ERROR_ILLEGAL_OPERATION);
        close();
    }
    open_at(USER_TOP - 8, 8, WINDOW_READ_WRITE);
    CHECK_OK(copy_once(0, own, 8, WINDOW_READ, &done));
    CHECK_EQ(done, 0);
    close();
}

static void call_twice(uint64_t e)
{
    ipc_call_window(e, 7, free_address(), BYTES, WINDOW_READ);
    ipc_call(e, 8, 0);
    answered++;
}

TEST("window: it ends with the call")
{
    uint64_t done = 9;

    make_pages();
    answered = 0;
    ep = make(OBJECT_ENDPOINT);
    reply = make(OBJECT_REPLY);
    client = spawn(.run = call_twice, .arg = ep);
    CHECK_EQ(ipc_recv(ep, reply).label, 7);
    CHECK_EQ(copy_all(0, own, 8, WINDOW_READ), 8);
    CHECK_EQ(ipc_reply_recv(ep, reply, 0).label, 8);
    CHECK_ERR(copy_once(0, own, 8, WINDOW_READ, &done), ERROR_ILLEGAL_OPERATION);
    close();
}

static void call_with_words(uint64_t e)
{
    uint64_t mr[4] = {5, free_address(), BYTES, WINDOW_READ};

    kc_call_window(e, message_info(7, 0, 0, 4), mr);
    CHECK_EQ(mr[0], 1);
    answered++;
}

TEST("window: its words can be part of the message")
{
    make_pages();
    answered = 0;
    ep = make(OBJECT_ENDPOINT);
    reply = make(OBJECT_REPLY);
    client = spawn(.run = call_with_words, .arg = ep);
    struct message m = ipc_recv(ep, reply);
    CHECK_EQ(m.mr[0], 5);
    CHECK_EQ(m.mr[1], free_address());
    CHECK_EQ(m.mr[2], BYTES);
    CHECK_EQ(m.mr[3], WINDOW_READ);
    CHECK_EQ(copy_all(0, own, BYTES, WINDOW_READ), BYTES);
    close();
}

TEST("window: a call that waits for its receiver")
{
    make_pages();
    answered = 0;
    window_address = free_address();
    window_length = BYTES;
    window_direction = WINDOW_READ;
    ep = make(OBJECT_ENDPOINT);
    reply = make(OBJECT_REPLY);
    client = spawn(.run = call);
    for (unsigned i = 0; i < 20; i++)
        kc_yield();
    CHECK_EQ(ipc_recv(ep, reply).label, 7);
    CHECK_EQ(copy_all(0, own, BYTES, WINDOW_READ), BYTES);
    CHECK(is_pattern(own, 0, BYTES));
    close();
}

TEST("window: a megabyte")
{
    enum { MIB = 1 << 20 };
    uint64_t address = free_address() + (uint64_t)(1 << LARGE_PAGE_BITS);
    cptr large = make(OBJECT_LARGE_PAGE);

    make_pages();
    CHECK_OK(kc_page_map(large, ROOT_SLOT_VSPACE, address, RIGHTS_ALL, VM_DEFAULT));
    char *from = (char *)address, *to = from + MIB;
    for (unsigned i = 0; i < MIB; i++)
        from[i] = (char)(i % 251);
    open_at(address, MIB, WINDOW_READ_WRITE);
    CHECK_EQ(copy_all(0, to, MIB, WINDOW_READ), MIB);
    CHECK(is_pattern(to, 0, MIB));
    memset(to, 9, MIB);
    CHECK_EQ(copy_all(0, to, MIB, WINDOW_WRITE), MIB);
    CHECK_EQ(from[0], 9);
    CHECK_EQ(from[MIB - 1], 9);
    close();
}

TEST("window: between two address spaces")
{
    cptr space = vspace_image();
    cptr page = make(OBJECT_PAGE_4K), theirs = copy(page, RIGHTS_ALL);
    char *mine = map_page(page, BUFFER, RIGHTS_ALL);

    make_pages();
    map_tables(space, free_address());
    CHECK_OK(kc_page_map(theirs, space, free_address(), RIGHTS_ALL, VM_DEFAULT));
    window_address = free_address();
    window_length = BYTES;
    window_direction = WINDOW_READ_WRITE;
    answered = 0;
    ep = make(OBJECT_ENDPOINT);
    reply = make(OBJECT_REPLY);
    client = spawn(.run = call, .vspace = space);
    CHECK_EQ(ipc_recv(ep, reply).label, 7);
    memset(mine, 42, PAGE);
    CHECK_EQ(copy_all(0, own, BYTES, WINDOW_READ), PAGE);
    CHECK_EQ(own[0], 42);
    CHECK_EQ(own[PAGE - 1], 42);
    memset(own, 43, PAGE);
    CHECK_EQ(copy_all(8, own, 16, WINDOW_WRITE), 16);
    CHECK_EQ(mine[7], 42);
    CHECK_EQ(mine[8], 43);
    CHECK(is_pattern(window(), 0, BYTES));
    close();
}

TEST("window: the client's address space is gone")
{
    cptr space = vspace_image();

    window_address = (uint64_t)own;
    window_length = BYTES;
    window_direction = WINDOW_READ_WRITE;
    answered = 0;
    ep = make(OBJECT_ENDPOINT);
    reply = make(OBJECT_REPLY);
    client = spawn(.run = call, .vspace = space);
    CHECK_EQ(ipc_recv(ep, reply).label, 7);
    CHECK_EQ(copy_all(0, own, 8, WINDOW_READ), 8);
    CHECK_OK(revoke(space));
    CHECK_OK(drop(space));
    CHECK_EQ(copy_all(0, own, 8, WINDOW_READ), 0);
}

/* --- two cores ---------------------------------------------------------- */

TEST_CORES(2, "window: a client of another core")
{
    make_pages();
    window_address = free_address();
    window_length = BYTES;
    window_direction = WINDOW_READ_WRITE;
    answered = 0;
    ep = make(OBJECT_ENDPOINT);
    reply = make(OBJECT_REPLY);
    client = spawn(.run = call, .core = 1);
    CHECK_EQ(ipc_recv(ep, reply).label, 7);
    CHECK_EQ(copy_all(0, own, BYTES, WINDOW_READ), BYTES);
    CHECK(is_pattern(own, 0, BYTES));
    close();
}

static atomic_uint stop_now;

/* Unmaps and maps a page over and over; while it is unmapped, it must not change. */
static void remap(uint64_t frame)
{
    cptr alias = copy(frame, RIGHTS_ALL);
    volatile char *view = map_page(alias, BUFFER, RIGHTS_ALL);

    while (!stop_now) {
        CHECK_OK(kc_page_unmap((cptr)frame));
        char before = view[100];
        for (unsigned i = 0; i < 200; i++)
            CHECK(view[100] == before);
        map_page((cptr)frame, 0, RIGHTS_ALL);
        for (unsigned i = 0; i < 2000; i++)
            __builtin_ia32_pause();
        stage++;
    }
}

TEST_CORES(2, "window: pages that another core unmaps are left alone")
{
    uint64_t full = 0, done = 0;

    open(WINDOW_WRITE);
    stop_now = stage = 0;
    struct thread *t = spawn(.run = remap, .arg = pages, .core = 1);
    for (unsigned i = 0; full < 50 || stage < 20; i++) {
        memset(own, (int)i, PAGE);
        CHECK_OK(copy_once(0, own, PAGE, WINDOW_WRITE, &done));
        CHECK(done == 0 || done == PAGE);
        full += done == PAGE;
    }
    stop_now = 1;
    join(t);
    close();
}

static void answer_later(uint64_t unused)
{
    (void)unused;
    while (!stop_now)
        __builtin_ia32_pause();
    ipc_reply(reply, 0, 1);
}

TEST_CORES(2, "window: the client is answered by another core during copies")
{
    for (unsigned round = 0; round < 12; round++) {
        uint64_t done = 0;
        enum error_code error = ERROR_NONE;
        if (round == 0)
            make_pages();
        stop_now = 0;
        open_at(free_address(), BYTES, WINDOW_READ);
        struct thread *t = spawn(.run = answer_later, .core = 1);
        for (unsigned i = 0; error == ERROR_NONE; i++) {
            stop_now = i >= round;
            error = copy_once(0, own, BYTES, WINDOW_READ, &done);
        }
        CHECK_EQ(error, ERROR_ILLEGAL_OPERATION);
        join(t);
        join(client);
        CHECK_EQ(answered, 1);
    }
}
