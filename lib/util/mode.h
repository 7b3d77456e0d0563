/* SPDX-License-Identifier: BSD-2-Clause */
/* Types and permissions of files, as in the C library's <sys/stat.h>. */
#pragma once

enum {
    S_IFMT = 0170000,
    S_IFSOCK = 0140000, S_IFLNK = 0120000, S_IFREG = 0100000, S_IFBLK = 0060000,
    S_IFDIR = 0040000, S_IFCHR = 0020000, S_IFIFO = 0010000,
    S_ISUID = 04000, S_ISGID = 02000, S_ISVTX = 01000, S_IXGRP = 010,
};

#define S_ISREG(mode)  (((mode) & S_IFMT) == S_IFREG)
#define S_ISDIR(mode)  (((mode) & S_IFMT) == S_IFDIR)
#define S_ISLNK(mode)  (((mode) & S_IFMT) == S_IFLNK)
#define S_ISCHR(mode)  (((mode) & S_IFMT) == S_IFCHR)
#define S_ISFIFO(mode) (((mode) & S_IFMT) == S_IFIFO)
