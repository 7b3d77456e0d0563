/* SPDX-License-Identifier: BSD-2-Clause */
/* Checking programs' headers: see image.h. */
#include <transport/image.h>

#include <elf.h>

#include <util/errno.h>
#include <util/string.h>

enum { PAGE = 4096 };

static uint64_t page_down(uint64_t address)
{
    return address & ~(uint64_t)(PAGE - 1);
}

static uint64_t page_up(uint64_t address)
{
    return page_down(address + PAGE - 1);
}

static bool check_header(const Elf64_Ehdr *header, size_t bytes)
{
    const unsigned char *id = header->e_ident;

    return bytes >= sizeof(*header) && !memcmp(id, ELFMAG, SELFMAG)
           && id[EI_CLASS] == ELFCLASS64 && id[EI_DATA] == ELFDATA2LSB
           && id[EI_VERSION] == EV_CURRENT && header->e_machine == EM_X86_64
           && (header->e_type == ET_EXEC || header->e_type == ET_DYN)
           && header->e_phentsize == sizeof(Elf64_Phdr) && header->e_phoff <= bytes
           && header->e_phnum <= (bytes - header->e_phoff) / sizeof(Elf64_Phdr);
}

static unsigned protection_of(uint32_t flags)
{
    return (flags & PF_R ? PROC_READ : 0u) | (flags & PF_W ? PROC_WRITE : 0u)
           | (flags & PF_X ? PROC_EXECUTE : 0u);
}

/* Is this a segment that can be mapped? `low`: its addresses begin there. */
static bool check_segment(const Elf64_Phdr *header, uint64_t file_bytes, uint64_t low)
{
    return header->p_filesz <= header->p_memsz
           && header->p_offset <= file_bytes
           && header->p_filesz <= file_bytes - header->p_offset
           && header->p_memsz <= PROGRAM_END && header->p_vaddr >= low
           && header->p_vaddr <= PROGRAM_END - header->p_memsz
           && (header->p_vaddr - header->p_offset) % PAGE == 0;
}

static bool add_segment(struct image *image, const Elf64_Phdr *header,
    uint64_t file_bytes)
{
    uint64_t lowest = image->movable ? 0 : PROGRAM_BASE;

    if (header->p_memsz == 0) {
        return true;
    }
    if (image->segment_count) {
        lowest = image->high;
    }
    if (image->segment_count == IMAGE_SEGMENTS
        || !check_segment(header, file_bytes, lowest)) {
        return false;
    }
    if (!image->segment_count) {
        image->low = page_down(header->p_vaddr);
    }
    image->high = page_up(header->p_vaddr + header->p_memsz);
    image->segments[image->segment_count++] = (struct image_segment){
        header->p_vaddr, header->p_offset, header->p_filesz, header->p_memsz,
        protection_of(header->p_flags),
    };
    return true;
}

/* The interpreter's name has to be among the first bytes. */
static bool add_interpreter(struct image *image, const Elf64_Phdr *header,
    const char *head, size_t bytes)
{
    if (header->p_filesz < 2 || header->p_filesz > IMAGE_NAME || header->p_offset > bytes
        || header->p_filesz > bytes - header->p_offset || image->interpreter[0]) {
        return false;
    }
    memcpy(image->interpreter, head + header->p_offset, header->p_filesz);
    return image->interpreter[0]
           && memchr(image->interpreter, 0, header->p_filesz)
                  == image->interpreter + header->p_filesz - 1;
}

/* Where the program headers are in memory: in the segment that holds them. */
static uint64_t headers_address(const struct image *image, uint64_t offset)
{
    uint64_t bytes = image->header_count * sizeof(Elf64_Phdr);

    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];

        if (offset >= segment->offset && bytes <= segment->file_bytes
            && offset - segment->offset <= segment->file_bytes - bytes) {
            return segment->address + (offset - segment->offset);
        }
    }
    return 0;
}

static bool check_entry(const struct image *image)
{
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct image_segment *segment = &image->segments[i];

        if (segment->protection & PROC_EXECUTE && image->entry >= segment->address
            && image->entry - segment->address < segment->memory_bytes) {
            return true;
        }
    }
    return false;
}

int image_check(const void *head, size_t bytes, uint64_t file_bytes, struct image *image)
{
    const Elf64_Ehdr *header = head;
    Elf64_Phdr part;

    if (!check_header(header, bytes)) {
        return -ENOEXEC;
    }
    *image = (struct image){
        .movable = header->e_type == ET_DYN, .entry = header->e_entry,
        .header_count = header->e_phnum,
    };
    for (unsigned i = 0; i < header->e_phnum; i++) {
        bool good = true;

        memcpy(&part, (const char *)head + header->e_phoff + i * sizeof(part),
            sizeof(part));
        if (part.p_type == PT_LOAD) {
            good = add_segment(image, &part, file_bytes);
        } else if (part.p_type == PT_INTERP) {
            good = add_interpreter(image, &part, head, bytes);
        }
        if (!good) {
            return -ENOEXEC;
        }
    }
    image->headers = headers_address(image, header->e_phoff);
    return check_entry(image) ? 0 : -ENOEXEC;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

/* Copies what is between the blanks at both ends. */
static bool copy_trimmed(char to[IMAGE_NAME], const char *from, const char *end)
{
    while (from < end && is_blank(*from)) {
        from++;
    }
    while (from < end && is_blank(end[-1])) {
        end--;
    }
    if (end - from >= IMAGE_NAME || memchr(from, 0, (size_t)(end - from))) {
        return false;
    }
    memcpy(to, from, (size_t)(end - from));
    to[end - from] = 0;
    return true;
}

int image_script(const void *head, size_t bytes, struct image_script *script)
{
    const char *from = head, *end, *middle;

    if (bytes < 2 || from[0] != '#' || from[1] != '!') {
        return 0;
    }
    from += 2;
    end = memchr(from, '\n', bytes - 2);
    if (!end) {
        if (bytes == IMAGE_HEAD) {
            return -ENOEXEC;
        }
        end = (const char *)head + bytes;
    }
    while (from < end && is_blank(*from)) {
        from++;
    }
    for (middle = from; middle < end && !is_blank(*middle); middle++) {
    }
    if (middle == from || !copy_trimmed(script->interpreter, from, middle)
        || !copy_trimmed(script->argument, middle, end)) {
        return -ENOEXEC;
    }
    return 1;
}
