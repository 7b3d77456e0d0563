/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel calls by the library's own instructions; see raw.h. */
#include "raw.h"

#include <transport/table.h>
#include <util/string.h>

/* Jumps to a system call instruction that is followed by "mov %rbx, %rsp", `pops` pops of
 * registers and a return. */
void raw_jump(uint64_t instruction, uint64_t pops, struct raw *raw);
__asm__("raw_jump:\n"
        "    push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
        "    push %rdx\n"
        "    lea  1f(%rip), %rax\n"
        "    push %rax\n"
        "2:  test %rsi, %rsi\n"
        "    jz   3f\n"
        "    push $0\n"
        "    dec  %rsi\n"
        "    jmp  2b\n"
        "3:  mov  %rdi, %rax\n"
        "    mov  %rdx, %r11\n"
        "    mov  0(%r11), %rdi; mov 8(%r11), %rsi; mov 16(%r11), %rdx\n"
        "    mov  24(%r11), %r8; mov 32(%r11), %r9; mov 40(%r11), %r10\n"
        "    mov  48(%r11), %r12; mov 56(%r11), %r15\n"
        "    mov  %rsp, %rbx\n"
        "    jmp  *%rax\n"
        "1:  pop  %r11\n"
        "    mov  %rdi, 0(%r11); mov %rsi, 8(%r11); mov %r8, 24(%r11)\n"
        "    mov  %r9, 32(%r11); mov %r10, 40(%r11)\n"
        "    pop  %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
        "    ret\n");

static uint64_t instruction, pops;

/* Bytes of a pop of a 64-bit register at this place: 0 if there is none. */
static unsigned pop_at(const uint8_t *text)
{
    if (text[0] >= 0x58 && text[0] <= 0x5f && text[0] != 0x5c)
        return 1;
    return text[0] == 0x41 && text[1] >= 0x58 && text[1] <= 0x5f ? 2 : 0;
}

bool raw_begin(void)
{
    static const uint8_t wanted[] = {0x0f, 0x05, 0x48, 0x89, 0xdc};
    const struct library_header *header = (const void *)LIBRARY_BASE;
    const uint8_t *end = (const uint8_t *)header->text_end - 64;

    for (const uint8_t *p = (const uint8_t *)LIBRARY_BASE; p < end; p++) {
        if (memcmp(p, wanted, sizeof(wanted)))
            continue;
        const uint8_t *after = p + sizeof(wanted);

        for (pops = 0; pop_at(after) && pops < 6; pops++)
            after += pop_at(after);
        instruction = (uint64_t)p;
        if (*after == 0xc3)
            return true;
    }
    return false;
}

void raw_trap(struct raw *raw)
{
    raw_jump(instruction, pops, raw);
}

struct ipc_buffer *raw_ipc(void)
{
    return (struct ipc_buffer *)(thread_block(0) + BLOCK_IPC);
}

uint64_t raw_message(enum syscall_number how, unsigned slot, uint64_t info,
    uint64_t mr[4])
{
    struct raw raw = {
        .rdi = cap_at(slot), .rsi = info, .rdx = (uint64_t)(int64_t)how,
        .r10 = mr[0], .r8 = mr[1], .r9 = mr[2], .r15 = mr[3],
    };

    raw_trap(&raw);
    mr[0] = raw.r10;
    mr[1] = raw.r8;
    mr[2] = raw.r9;
    return raw.rsi;
}

int raw_proc(enum proc_call call, const uint64_t *words, unsigned count,
    const char *bytes)
{
    uint64_t data[64] = {0}, mr[4] = {attribute_address(ATTR_PROC + (unsigned)call, 0)};
    size_t length = bytes ? strlen(bytes) : 0, all = count * sizeof(uint64_t) + length;

    memcpy(data, words, count * sizeof(uint64_t));
    memcpy(data + count, bytes ? bytes : "", length);
    memcpy(&mr[1], data, 3 * sizeof(uint64_t));
    memcpy(&raw_ipc()->msg[1], data, sizeof(data));
    uint64_t reply = message_label(raw_message(SYSCALL_CALL, SLOT_PROC,
        message_info(request_label(true, FORM_MESSAGE, CONTROL_FILE, all), 0, 0,
            1 + words_of(all)), mr));

    return reply & REPLY_ERROR ? -(int)REPLY_COUNT(reply) : (int)REPLY_COUNT(reply);
}

const uint64_t *raw_results(void)
{
    return ((const struct thread_page *)(thread_block(0) + BLOCK_SHARED))->result;
}

int raw_connect(const char *service)
{
    uint64_t number;
    int error;

    if (!*service)
        return SLOT_PROC;
    error = raw_proc(PROC_LOOKUP, NULL, 0, service);
    number = raw_results()[0];
    if (!error)
        error = raw_proc(PROC_CONNECT, &number, 1, NULL);
    return error ? error : (int)raw_results()[0];
}

unsigned raw_number(const char *text)
{
    unsigned number = 0;

    for (; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + (unsigned)(*text - '0');
    return number;
}

uint64_t raw_random(uint64_t *seed)
{
    uint64_t mixed = *seed += UINT64_C(0x9e3779b97f4a7c15);

    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ mixed >> 31;
}

uint64_t raw_limit(uint64_t *seed)
{
    uint64_t random = raw_random(seed);
    uint64_t near = (random >> 8 & 15) - 8;

    switch (random & 7) {
    case 0:
        return random >> 12 & 31;
    case 1:
        return (UINT64_C(1) << (random >> 16 & 63)) + near;
    case 2:
        return near;
    case 3:
        return INT64_MAX + near;
    case 4:
        return (random >> 16 & 0xff) * 4096 + near;
    default:
        return random >> (random >> 16 & 63);
    }
}

void raw_pause(uint64_t random)
{
    const struct process_page *page = (const void *)PROCESS_PAGE;
    uint64_t end = __builtin_ia32_rdtsc() + page->tsc_hz / 1000000 * (random % 2000);

    while (__builtin_ia32_rdtsc() < end) {
    }
}
