/* SPDX-License-Identifier: BSD-2-Clause */
/* The handlers by number (Linux, x86-64). What is not here is ENOSYS. */
#include <unix/unix.h>

#define CALLS(CALL) \
    CALL(0, read) CALL(1, write) CALL(2, open) CALL(3, close) CALL(4, stat) \
    CALL(5, fstat) CALL(6, lstat) CALL(7, poll) CALL(8, lseek) CALL(9, mmap) \
    CALL(10, mprotect) CALL(11, munmap) CALL(12, brk) CALL(13, rt_sigaction) \
    CALL(14, rt_sigprocmask) CALL(15, rt_sigreturn) CALL(16, ioctl) CALL(17, pread64) \
    CALL(18, pwrite64) CALL(19, readv) CALL(20, writev) CALL(21, access) CALL(22, pipe) \
    CALL(23, select) CALL(24, sched_yield) CALL(25, mremap) CALL(26, msync) \
    CALL(28, madvise) CALL(32, dup) CALL(33, dup2) CALL(34, pause) CALL(35, nanosleep) \
    CALL(36, getitimer) CALL(37, alarm) CALL(38, setitimer) CALL(39, getpid) \
    CALL(40, sendfile) CALL(41, socket) CALL(42, connect) CALL(43, accept) \
    CALL(44, sendto) CALL(45, recvfrom) CALL(46, sendmsg) CALL(47, recvmsg) \
    CALL(48, shutdown) CALL(49, bind) CALL(50, listen) CALL(51, getsockname) \
    CALL(52, getpeername) CALL(53, socketpair) CALL(54, setsockopt) CALL(55, getsockopt) \
    CALL(56, clone) CALL(57, fork) CALL(58, vfork) CALL(59, execve) CALL(60, exit) \
    CALL(61, wait4) CALL(62, kill) CALL(63, uname) CALL(72, fcntl) CALL(73, flock) \
    CALL(74, fsync) CALL(75, fsync) CALL(76, truncate) CALL(77, ftruncate) \
    CALL(79, getcwd) CALL(80, chdir) CALL(81, fchdir) CALL(82, rename) CALL(83, mkdir) \
    CALL(84, rmdir) CALL(85, creat) CALL(86, link) CALL(87, unlink) CALL(88, symlink) \
    CALL(89, readlink) CALL(90, chmod) CALL(91, fchmod) CALL(92, chown) CALL(93, fchown) \
    CALL(94, lchown) CALL(95, umask) CALL(96, gettimeofday) CALL(97, getrlimit) \
    CALL(98, getrusage) CALL(99, sysinfo) CALL(100, times) CALL(102, getuid) \
    CALL(104, getgid) CALL(105, setuid) CALL(106, setgid) CALL(107, geteuid) \
    CALL(108, getegid) CALL(109, setpgid) CALL(110, getppid) CALL(111, getpgrp) \
    CALL(112, setsid) CALL(113, setreuid) CALL(114, setregid) CALL(115, getgroups) \
    CALL(116, setgroups) CALL(117, setresuid) CALL(118, getresuid) CALL(119, setresgid) \
    CALL(120, getresgid) CALL(121, getpgid) CALL(124, getsid) CALL(127, rt_sigpending) \
    CALL(128, rt_sigtimedwait) CALL(129, rt_sigqueueinfo) CALL(130, rt_sigsuspend) \
    CALL(131, sigaltstack) CALL(132, utime) CALL(133, mknod) CALL(135, personality) \
    CALL(137, statfs) CALL(138, fstatfs) CALL(140, getpriority) CALL(141, setpriority) \
    CALL(142, sched_setparam) CALL(143, sched_getparam) CALL(144, sched_setscheduler) \
    CALL(145, sched_getscheduler) CALL(146, sched_get_priority_max) \
    CALL(147, sched_get_priority_min) CALL(148, sched_rr_get_interval) CALL(149, mlock) \
    CALL(150, mlock) CALL(151, mlock) CALL(152, mlock) CALL(157, prctl) \
    CALL(158, arch_prctl) CALL(160, setrlimit) CALL(161, chroot) CALL(162, sync) \
    CALL(165, mount) CALL(166, umount2) CALL(169, reboot) CALL(186, gettid) \
    CALL(187, readahead) CALL(188, xattr) CALL(189, lxattr) CALL(190, fxattr) \
    CALL(191, xattr) CALL(192, lxattr) CALL(193, fxattr) CALL(194, xattr) \
    CALL(195, lxattr) CALL(196, fxattr) CALL(197, xattr) CALL(198, lxattr) \
    CALL(199, fxattr) CALL(200, tkill) CALL(201, time) CALL(202, futex) \
    CALL(203, sched_setaffinity) CALL(204, sched_getaffinity) CALL(213, epoll_create) \
    CALL(217, getdents64) CALL(218, set_tid_address) CALL(221, fadvise64) \
    CALL(222, timer_create) CALL(223, timer_settime) CALL(224, timer_gettime) \
    CALL(225, timer_getoverrun) CALL(226, timer_delete) CALL(228, clock_gettime) \
    CALL(229, clock_getres) CALL(230, clock_nanosleep) CALL(231, exit_group) \
    CALL(232, epoll_wait) CALL(233, epoll_ctl) CALL(234, tgkill) CALL(235, utimes) \
    CALL(247, waitid) CALL(251, ioprio_set) CALL(252, ioprio_get) \
    CALL(253, inotify_init) CALL(254, inotify_add_watch) CALL(255, inotify_rm_watch) \
    CALL(257, openat) CALL(258, mkdirat) CALL(259, mknodat) CALL(260, fchownat) \
    CALL(261, futimesat) CALL(262, newfstatat) CALL(263, unlinkat) CALL(264, renameat) \
    CALL(265, linkat) CALL(266, symlinkat) CALL(267, readlinkat) CALL(268, fchmodat) \
    CALL(269, faccessat) CALL(270, pselect6) CALL(271, ppoll) CALL(272, unshare) \
    CALL(273, set_robust_list) CALL(274, get_robust_list) CALL(275, splice) \
    CALL(276, tee) CALL(277, sync_file_range) CALL(278, vmsplice) CALL(280, utimensat) \
    CALL(281, epoll_pwait) CALL(282, signalfd) CALL(283, timerfd_create) \
    CALL(284, eventfd) CALL(285, fallocate) CALL(286, timerfd_settime) \
    CALL(287, timerfd_gettime) CALL(288, accept4) CALL(289, signalfd4) \
    CALL(290, eventfd2) CALL(291, epoll_create1) CALL(292, dup3) CALL(293, pipe2) \
    CALL(294, inotify_init1) CALL(295, preadv) CALL(296, pwritev) \
    CALL(297, rt_tgsigqueueinfo) CALL(299, recvmmsg) CALL(302, prlimit64) \
    CALL(306, syncfs) CALL(307, sendmmsg) CALL(309, getcpu) CALL(316, renameat2) \
    CALL(318, getrandom) CALL(319, memfd_create) CALL(325, mlock) \
    CALL(326, copy_file_range) CALL(327, preadv2) CALL(328, pwritev2) CALL(332, statx) \
    CALL(424, pidfd_send_signal) CALL(434, pidfd_open) CALL(435, clone3) \
    CALL(436, close_range) CALL(439, faccessat2) CALL(441, epoll_pwait2)

#define PROTOTYPE(number, name) foreign_handler unix_##name;
CALLS(PROTOTYPE)

#define ENTRY(number, name) [number] = unix_##name,
foreign_handler *const foreign_handlers[FOREIGN_NUMBERS] = {CALLS(ENTRY)};
