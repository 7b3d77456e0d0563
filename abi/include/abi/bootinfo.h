/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Boot information for the root task: one page with struct boot_info, then, if
 * extra_length is not 0, chunks that each begin with struct boot_info_header,
 * from the next page on.
 */
#pragma once

#include <stdint.h>

#define BOOT_INFO_MAX_UNTYPED 230
#define BOOT_INFO_FRAME_BITS 12

/* Slots of the root CNode from start up to, not including, end. */
struct slot_region {
    uint64_t start;
    uint64_t end;
};

struct untyped_desc {
    uint64_t paddr;
    uint8_t size_bits;
    uint8_t is_device;
    uint8_t padding[6];
};

struct boot_info {
    uint64_t extra_length;   /* bytes of chunks after this page */
    uint64_t node_id;
    uint64_t node_count;     /* processor cores */
    uint64_t iommu_levels;   /* 0: no IOMMU support */
    uint64_t ipc_buffer;     /* address of the root task's struct ipc_buffer */
    struct slot_region empty;
    struct slot_region shared_frames;
    struct slot_region user_image_frames;
    struct slot_region user_image_paging;
    struct slot_region io_space_caps;
    struct slot_region extra_pages;
    uint64_t cnode_bits;     /* the root CNode has 2^n slots */
    uint64_t domain;
    struct slot_region sched_control; /* one capability for each core */
    struct slot_region untyped;
    struct untyped_desc untyped_list[BOOT_INFO_MAX_UNTYPED];
};

enum boot_info_id {
    BOOT_INFO_PADDING = 0,
    BOOT_INFO_X86_VBE = 1,
    BOOT_INFO_X86_MBMMAP = 2,
    BOOT_INFO_X86_ACPI_RSDP = 3,    /* followed by a copy of the ACPI table */
    BOOT_INFO_X86_FRAMEBUFFER = 4,
    BOOT_INFO_X86_TSC_FREQ = 5,
    BOOT_INFO_FDT = 6,
    BOOT_INFO_UXRT = 0x75787274     /* this kernel's extensions */
};

struct boot_info_header {
    uint64_t id;
    uint64_t length;         /* bytes, with this header */
};

/* Memory map of the boot loader, as in the Multiboot specification. */
#define BOOT_INFO_MAX_MMAP 50
#define BOOT_INFO_MMAP_RAM 1

struct boot_info_mmap_entry {
    uint32_t size;
    uint64_t base;
    uint64_t length;
    uint32_t type;           /* BOOT_INFO_MMAP_RAM, or not for general use */
} __attribute__((packed));

struct boot_info_mmap {
    struct boot_info_header header;
    uint32_t length;         /* bytes of the entries in use */
    struct boot_info_mmap_entry entries[BOOT_INFO_MAX_MMAP];
} __attribute__((packed));

struct boot_info_tsc_freq {
    struct boot_info_header header;
    uint32_t mhz;
} __attribute__((packed));

/* Frame buffer of the boot loader, as in the Multiboot 2 specification. */
struct boot_info_framebuffer {
    struct boot_info_header header;
    uint64_t address;
    uint32_t pitch;
    uint32_t width;
    uint32_t height;
    uint8_t bits_per_pixel;
    uint8_t type;
} __attribute__((packed));

/* VBE information as the video BIOS gives it (VESA BIOS Extension 3.0). */
struct vbe_info_block {
    char signature[4];
    uint16_t version;
    uint32_t oem_string;
    uint32_t capabilities;
    uint32_t mode_list;
    uint16_t total_memory;
    uint16_t oem_software_revision;
    uint32_t oem_vendor_name;
    uint32_t oem_product_name;
    uint32_t oem_product_revision;
    uint8_t reserved[222];
    uint8_t oem_data[256];
} __attribute__((packed));

struct vbe_mode_info_block {
    uint16_t mode_attributes;    /* every version */
    uint8_t window_a_attributes;
    uint8_t window_b_attributes;
    uint16_t window_granularity;
    uint16_t window_size;
    uint16_t window_a_segment;
    uint16_t window_b_segment;
    uint32_t window_function;
    uint16_t bytes_per_line;
    uint16_t width;              /* from version 1.2 */
    uint16_t height;
    uint8_t char_width;
    uint8_t char_height;
    uint8_t planes;
    uint8_t bits_per_pixel;
    uint8_t banks;
    uint8_t memory_model;
    uint8_t bank_size;
    uint8_t image_pages;
    uint8_t reserved1;
    uint8_t red_length;
    uint8_t red_offset;
    uint8_t green_length;
    uint8_t green_offset;
    uint8_t blue_length;
    uint8_t blue_offset;
    uint8_t reserved_length;
    uint8_t reserved_offset;
    uint8_t direct_color_info;
    uint32_t physical_base;      /* from version 2.0 */
    uint8_t reserved2[6];
    uint16_t linear_bytes_per_line; /* from version 3.0 */
    uint8_t bank_image_pages;
    uint8_t linear_image_pages;
    uint8_t linear_red_length;
    uint8_t linear_red_offset;
    uint8_t linear_green_length;
    uint8_t linear_green_offset;
    uint8_t linear_blue_length;
    uint8_t linear_blue_offset;
    uint8_t linear_reserved_length;
    uint8_t linear_reserved_offset;
    uint32_t max_pixel_clock;
    uint16_t mode_id;
    uint8_t depth;
    uint8_t reserved3[187];
} __attribute__((packed));

struct boot_info_vbe {
    struct boot_info_header header;
    struct vbe_info_block info;
    struct vbe_mode_info_block mode_info;
    uint32_t mode;
    uint32_t interface_segment;
    uint32_t interface_offset;
    uint32_t interface_length;
} __attribute__((packed));

/* Chunk BOOT_INFO_UXRT: which extensions this kernel offers. */
#define BOOT_INFO_UXRT_VERSION 1

enum uxrt_feature {
    UXRT_FEATURE_FOREIGN = 1 << 0, /* foreign system calls */
    UXRT_FEATURE_LEND = 1 << 1,    /* lent time */
    UXRT_FEATURE_ROAM = 1 << 2,    /* roaming scheduling contexts */
    UXRT_FEATURE_WINDOW = 1 << 3,  /* reply windows */
    UXRT_FEATURE_BATCH = 1 << 4    /* batched mapping */
};

struct boot_info_uxrt {
    struct boot_info_header header;
    uint64_t version;        /* BOOT_INFO_UXRT_VERSION */
    uint64_t features;       /* enum uxrt_feature bits */
};
