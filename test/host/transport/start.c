/* SPDX-License-Identifier: BSD-2-Clause */
/* What a new program is told (start.h), and the checks of programs' headers (image.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <elf.h>

#include <transport/image.h>
#include <transport/start.h>
#include <util/errno.h>

static char *const words[] = {"one", "", "three", NULL};
static char *const variables[] = {"A=1", NULL};
static const char *const first[] = {"/bin/sh", "-x"};
static const struct start_file files[] = {{.descriptor = 1, .id = 16, .slot = 90}};
static const struct start_content content = {
    .name = "/bin/x", .directory = "/a", .path = "/b/x", .argv = words, .envp = variables,
    .first = first, .first_count = 2, .files = files, .file_count = 1,
};

static void start_comes_back(void **state)
{
    size_t bytes = start_size(&content);
    char *memory = calloc(1, bytes);
    struct start_view view;

    (void)state;
    assert_true(bytes > 0);
    assert_true(start_build(&content, memory, bytes));
    assert_true(start_check(memory, bytes, &view));
    assert_int_equal(view.start->arguments, 5);
    assert_int_equal(view.start->variables, 1);
    assert_int_equal(view.files[0].id, 16);
    assert_string_equal(view.name, "/bin/x");
    assert_string_equal(view.directory, "/a");
    assert_memory_equal(view.arguments, "/bin/sh\0-x\0one\0\0three\0A=1", 26);
    assert_int_equal(view.string_bytes, 26);
    free(memory);
}

static void start_is_checked(void **state)
{
    size_t bytes = start_size(&content);
    struct start *start = calloc(1, bytes);
    struct start_view view;

    (void)state;
    assert_false(start_build(&content, start, bytes - 1));
    assert_true(start_build(&content, start, bytes));
    for (size_t less = 0; less < bytes; less++)
        assert_false(start_check(start, less, &view));
    start->arguments++;
    assert_false(start_check(start, bytes, &view));
    start->arguments--;
    start->files = UINT32_MAX;
    assert_false(start_check(start, bytes, &view));
    free(start);
}

static void start_has_a_limit(void **state)
{
    char *text = malloc(START_BYTES_MAX + 1);
    char *const list[] = {text, NULL};
    struct start_content large = content;

    (void)state;
    memset(text, 'x', START_BYTES_MAX);
    text[START_BYTES_MAX] = 0;
    large.argv = list;
    assert_int_equal(start_size(&large), 0);
    free(text);
}

/* A program of two segments. */
struct sample {
    Elf64_Ehdr header;
    Elf64_Phdr parts[3];
    char name[16];
};

static struct sample sample(void)
{
    struct sample s = {
        .header = {
            .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
            .e_type = ET_EXEC, .e_machine = EM_X86_64, .e_entry = 0x400100,
            .e_phoff = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr),
            .e_phnum = 2,
        },
        .parts = {
            {.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = 0x400000,
                .p_filesz = 0x1234, .p_memsz = 0x1234},
            {.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = 0x402234,
                .p_offset = 0x1234, .p_filesz = 0x10, .p_memsz = 0x5000},
            {.p_type = PT_INTERP, .p_offset = offsetof(struct sample, name),
                .p_filesz = 8, .p_memsz = 8},
        },
        .name = "/lib/ld",
    };
    return s;
}

static int check(const struct sample *s)
{
    struct image image;

    return image_check(s, sizeof(*s), 0x2000, &image);
}

static void image_of_a_program(void **state)
{
    struct sample s = sample();
    struct image image;

    (void)state;
    assert_int_equal(image_check(&s, sizeof(s), 0x2000, &image), 0);
    assert_int_equal(image.segment_count, 2);
    assert_int_equal(image.low, 0x400000);
    assert_int_equal(image.high, 0x408000);
    assert_int_equal(image.headers, 0x400000 + sizeof(Elf64_Ehdr));
    assert_false(image.movable);
    assert_string_equal(image.interpreter, "");
    s.header.e_phnum = 3;
    assert_int_equal(image_check(&s, sizeof(s), 0x2000, &image), 0);
    assert_string_equal(image.interpreter, "/lib/ld");
}

/* One wrong field at a time. */
#define WRONG(change) do { \
        struct sample s = sample(); \
        s.header.e_phnum = 3; \
        assert_int_equal(check(&s), 0); \
        change; \
        assert_int_equal(check(&s), -ENOEXEC); \
    } while (0)

static void image_is_checked(void **state)
{
    (void)state;
    WRONG(s.header.e_ident[0] = 0);
    WRONG(s.header.e_ident[EI_CLASS] = ELFCLASS32);
    WRONG(s.header.e_machine = EM_386);
    WRONG(s.header.e_type = ET_REL);
    WRONG(s.header.e_phoff = UINT64_MAX);
    WRONG(s.header.e_phnum = 0);
    WRONG(s.header.e_phnum = 100);
    WRONG(s.header.e_phentsize = 1);
    WRONG(s.header.e_entry = 0x402300);
    WRONG(s.header.e_entry = 0);
    WRONG(s.parts[0].p_vaddr = 0);
    WRONG(s.parts[0].p_vaddr = UINT64_MAX & ~UINT64_C(0xfff));
    WRONG(s.parts[0].p_memsz = UINT64_MAX);
    WRONG(s.parts[0].p_filesz = 0x1235);
    WRONG(s.parts[1].p_offset = 0x1f000234);
    WRONG(s.parts[1].p_offset = UINT64_MAX - 0xdcb);
    WRONG(s.parts[1].p_vaddr = 0x401234);
    WRONG(s.parts[1].p_vaddr = 0x402235);
    WRONG(s.parts[1].p_vaddr = PROGRAM_END - 0xdcc);
    WRONG(s.parts[2].p_filesz = 7);
    WRONG(s.parts[2].p_filesz = UINT64_MAX);
    WRONG(s.parts[2].p_offset = UINT64_MAX);
}

static int script_of(const char *text, struct image_script *script)
{
    return image_script(text, strlen(text), script);
}

static void scripts(void **state)
{
    struct image_script script;
    char line[IMAGE_HEAD];

    (void)state;
    assert_int_equal(script_of("", &script), 0);
    assert_int_equal(script_of("#", &script), 0);
    assert_int_equal(script_of("#!", &script), -ENOEXEC);
    assert_int_equal(script_of("#!  \n", &script), -ENOEXEC);
    assert_int_equal(script_of("#! /bin/sh -e x \nrest", &script), 1);
    assert_string_equal(script.interpreter, "/bin/sh");
    assert_string_equal(script.argument, "-e x");
    assert_int_equal(script_of("#!/bin/sh", &script), 1);
    assert_string_equal(script.argument, "");
    assert_int_equal(image_script("#!a\0b\n", 6, &script), -ENOEXEC);
    memset(line, 'x', sizeof(line));
    memcpy(line, "#!", 2);
    assert_int_equal(image_script(line, sizeof(line), &script), -ENOEXEC);
    line[300] = '\n';
    assert_int_equal(image_script(line, sizeof(line), &script), -ENOEXEC);
    line[200] = '\n';
    assert_int_equal(image_script(line, sizeof(line), &script), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(start_comes_back),
        cmocka_unit_test(start_is_checked),
        cmocka_unit_test(start_has_a_limit),
        cmocka_unit_test(image_of_a_program),
        cmocka_unit_test(image_is_checked),
        cmocka_unit_test(scripts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
