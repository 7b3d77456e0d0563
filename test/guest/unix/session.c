/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sessions and job control by way of a pty: the controlling terminal, signals of keys,
 * reading and writing in the background, orphaned groups, hang-up of both ends. A leader
 * runs in a session of its own and reports through a pipe, one letter for each event.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "check.h"
#include "pty.h"

static struct pty pty;
static int reports[2];

static void report(char what)
{
    if (write(reports[1], &what, 1) != 1)
        _exit(99);
}

static char next_report(void)
{
    char what = 0;

    return read(reports[0], &what, 1) == 1 ? what : '-';
}

/* Begins a child that leads a session, with a fresh pty as its terminal. */
static pid_t begin_leader(void)
{
    pid_t pid;

    if (pty_open(&pty) || pipe(reports))
        abort();
    pid = fork();
    if (pid != 0) {
        close(pty.slave);
        close(reports[1]);
        pty.slave = -1;
        return pid;
    }
    close(pty.master);
    close(pty.slave);
    close(reports[0]);
    alarm(60);
    setsid();
    pty.slave = open(pty.name, O_RDWR);
    return 0;
}

static int status_of(pid_t pid)
{
    int status = -1;

    waitpid(pid, &status, 0);
    return status;
}

static void end_leader(void)
{
    close(pty.master);
    close(reports[0]);
}

static int exited(int status, int code)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

/* --- the controlling terminal ---------------------------------------- */

static void control_child(void)
{
    int file, again;
    pid_t session = -1;

    file = open("/dev/tty", O_RDWR);
    report(file >= 0 ? 'o' : 'x');
    report(tcgetpgrp(file) == getpid() ? 'f' : 'x');
    report(ioctl(file, TIOCGSID, &session) == 0 && session == getpid() ? 's' : 'x');
    report(ioctl(file, TIOCSCTTY, 0) == 0 ? 'a' : 'x');
    report(tcsetpgrp(file, 999999) < 0 && (errno == ESRCH || errno == EPERM) ? 'e' : 'x');
    again = open(pty.name, O_RDWR);
    report(tcgetpgrp(again) == getpid() ? 'g' : 'x');
    signal(SIGHUP, SIG_IGN);
    report(ioctl(file, TIOCNOTTY) == 0 ? 'n' : 'x');
    report(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO ? 't' : 'x');
    report(tcgetpgrp(again) < 0 && errno == ENOTTY ? 'u' : 'x');
    again = open(pty.name, O_RDWR | O_NOCTTY);
    report(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO ? 'v' : 'x');
    report(ioctl(again, TIOCSCTTY, 0) == 0 ? 'w' : 'x');
    report(open("/dev/tty", O_RDWR) >= 0 ? 'y' : 'x');
    _exit(0);
}

static void control(void)
{
    pid_t pid = begin_leader();

    if (pid == 0)
        control_child();
    ok(next_report() == 'o', "open makes it the controlling terminal: /dev/tty");
    ok(next_report() == 'f', "the leader's group is in the foreground");
    ok(next_report() == 's', "TIOCGSID");
    ok(next_report() == 'a', "TIOCSCTTY of one's own");
    ok(next_report() == 'e', "no group that does not exist");
    ok(next_report() == 'g', "opened again, it is the same");
    ok(next_report() == 'n', "TIOCNOTTY");
    ok(next_report() == 't', "no /dev/tty then");
    ok(next_report() == 'u', "and no foreground");
    ok(next_report() == 'v', "O_NOCTTY");
    ok(next_report() == 'w', "TIOCSCTTY");
    ok(next_report() == 'y', "/dev/tty is there again");
    ok(exited(status_of(pid), 0), "the leader has ended");
    end_leader();
}

/* --- keys ---------------------------------------- */

static void on_signal(int number)
{
    report(number == SIGINT ? 'i' : number == SIGQUIT ? 'q' : number == SIGTSTP ? 'z'
        : number == SIGWINCH ? 'w' : number == SIGHUP ? 'h' : number == SIGCONT ? 'c'
        : 'x');
}

static void catch_all(void)
{
    static const int numbers[] = {SIGINT, SIGQUIT, SIGTSTP, SIGWINCH, SIGHUP, SIGCONT};

    for (unsigned i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        signal(numbers[i], on_signal);
}

/* Tells that it is ready, and waits for SIGHUP, which its caller has blocked. */
static void wait_for_hangup(void)
{
    sigset_t none;

    sigemptyset(&none);
    report('r');
    sigsuspend(&none);
}

static void block_hangup(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGHUP, on_signal);
}

static void keys(void)
{
    struct winsize size = {.ws_row = 5, .ws_col = 6};
    char screen[100];
    pid_t pid = begin_leader();

    if (pid == 0) {
        char line[10];

        catch_all();
        report('r');
        read(pty.slave, line, sizeof(line));
        _exit(line[0]);
    }
    next_report();
    type(&pty, "gone\x03");
    ok(next_report() == 'i', "INTR");
    ok(screen_until(&pty, "^C", screen, sizeof(screen)), "it is shown");
    type(&pty, "\x1c");
    ok(next_report() == 'q', "QUIT");
    type(&pty, "\x1a");
    ok(next_report() == 'z', "SUSP");
    ioctl(pty.master, TIOCSWINSZ, &size);
    ok(next_report() == 'w', "SIGWINCH for a new size");
    ioctl(pty.master, TIOCSWINSZ, &size);
    type(&pty, "k\n");
    ok(next_report() == '-', "none for the old one");
    ok(exited(status_of(pid), 'k'), "read goes on, without what was typed before");
    end_leader();
}

/* --- background ---------------------------------------- */

/* A child in a group of its own, that does one thing and ends with its code. */
static pid_t begin_job(int (*job)(void), int front)
{
    pid_t pid = fork();

    if (pid == 0) {
        setpgid(0, 0);
        while (front && tcgetpgrp(pty.slave) != getpid())
            ;
        _exit(job());
    }
    setpgid(pid, pid);
    if (front)
        tcsetpgrp(pty.slave, pid);
    return pid;
}

static int read_line(void)
{
    char line[10];
    ssize_t got = read(pty.slave, line, sizeof(line));

    return got > 0 ? line[0] : got == 0 ? 1 : errno;
}

static int read_ignoring(void)
{
    signal(SIGTTIN, SIG_IGN);
    return read_line();
}

static int write_byte(void)
{
    return write(pty.slave, "w", 1) == 1 ? 0 : errno;
}

static int write_stopping(void)
{
    struct termios t;

    tcgetattr(pty.slave, &t);
    t.c_lflag |= TOSTOP;
    signal(SIGTTOU, SIG_IGN);
    tcsetattr(pty.slave, TCSANOW, &t);
    signal(SIGTTOU, SIG_DFL);
    return write_byte();
}

static int come_forward(void)
{
    return tcsetpgrp(pty.slave, getpid()) == 0 ? 0 : errno;
}

static int stop_self(void)
{
    raise(SIGSTOP);
    return 7;
}

static void background_child(void)
{
    pid_t job;
    int status = 0;

    signal(SIGTTOU, SIG_IGN);
    job = begin_job(read_line, 0);
    waitpid(job, &status, WUNTRACED);
    report(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTIN ? 'i' : 'x');
    tcsetpgrp(pty.slave, job);
    kill(-job, SIGCONT);
    waitpid(job, &status, WCONTINUED);
    report(WIFCONTINUED(status) ? 'c' : 'x');
    waitpid(job, &status, 0);
    report(exited(status, 'l') ? 'l' : 'x');
    tcsetpgrp(pty.slave, getpid());
    report(exited(status_of(begin_job(read_ignoring, 0)), EIO) ? 'e' : 'x');
    report(exited(status_of(begin_job(write_byte, 0)), 0) ? 'w' : 'x');
    signal(SIGTTOU, SIG_DFL);
    job = begin_job(write_stopping, 0);
    waitpid(job, &status, WUNTRACED);
    report(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTOU ? 'o' : 'x');
    kill(-job, SIGKILL);
    report(WIFSIGNALED(status_of(job)) ? 'k' : 'x');
    job = begin_job(come_forward, 0);
    waitpid(job, &status, WUNTRACED);
    report(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTOU ? 'f' : 'x');
    kill(-job, SIGKILL);
    waitpid(job, &status, 0);
    job = begin_job(stop_self, 0);
    waitpid(job, &status, WUNTRACED);
    report(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP ? 's' : 'x');
    kill(job, SIGCONT);
    report(exited(status_of(job), 7) ? '7' : 'x');
    _exit(0);
}

static void background(void)
{
    pid_t pid = begin_leader();

    if (pid == 0)
        background_child();
    ok(next_report() == 'i', "a read in the background stops the job: SIGTTIN");
    ok(next_report() == 'c', "in the foreground, it goes on");
    type(&pty, "line\n");
    ok(next_report() == 'l', "and gets the line");
    ok(next_report() == 'e', "with SIGTTIN ignored it gets EIO");
    ok(next_report() == 'w', "it may write");
    ok(next_report() == 'o', "not with TOSTOP: SIGTTOU");
    ok(next_report() == 'k', "a stopped job is killed");
    ok(next_report() == 'f', "tcsetpgrp from the background: SIGTTOU");
    ok(next_report() == 's', "SIGSTOP");
    ok(next_report() == '7', "SIGCONT");
    ok(exited(status_of(pid), 0), "the leader has ended");
    end_leader();
}

/* A key stops a whole job of two processes; the shell's part is the leader's. */
static int wait_for_byte(void)
{
    pid_t other = fork();

    report('b');
    if (other == 0)
        pause();
    pause();
    return 0;
}

static void job_child(void)
{
    int status = 0;
    pid_t job;

    signal(SIGTTOU, SIG_IGN);
    signal(SIGTSTP, SIG_IGN);
    signal(SIGTSTP, SIG_DFL);
    job = begin_job(wait_for_byte, 1);
    waitpid(job, &status, WUNTRACED);
    report(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP ? 'z' : 'x');
    kill(-job, SIGCONT);
    waitpid(job, &status, WCONTINUED);
    report(WIFCONTINUED(status) ? 'c' : 'x');
    waitpid(job, &status, 0);
    report(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT ? 'i' : 'x');
    _exit(0);
}

static void jobs(void)
{
    pid_t pid = begin_leader();

    if (pid == 0)
        job_child();
    ok(next_report() == 'b' && next_report() == 'b', "a job of two");
    type(&pty, "\x1a");
    ok(next_report() == 'z', "SUSP stops it");
    ok(next_report() == 'c', "it goes on");
    type(&pty, "\x03");
    ok(next_report() == 'i', "INTR ends it");
    ok(exited(status_of(pid), 0), "the leader has ended");
    end_leader();
}

/* --- orphans and hang-ups ---------------------------------------- */

static int end_at_once(void)
{
    return 0;
}

/* A later process of a pipeline: joins the job and takes the terminal. */
static int join(pid_t job)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(setpgid(0, job) || tcsetpgrp(pty.slave, job)
              || tcgetpgrp(pty.slave) != job);
    return status_of(pid) == 0;
}

/* A group is there until all that belonged to it have been waited for. */
static void ended_child(void)
{
    siginfo_t info;
    pid_t job;

    signal(SIGTTOU, SIG_IGN);
    job = begin_job(end_at_once, 0);
    waitid(P_PID, (id_t)job, &info, WEXITED | WNOWAIT);
    report(getpgid(job) == job ? 'g' : 'x');
    report(kill(-job, SIGTERM) == 0 ? 'k' : 'x');
    report(join(job) ? 'j' : 'x');
    tcsetpgrp(pty.slave, getpid());
    waitpid(job, NULL, 0);
    report(getpgid(job) < 0 && errno == ESRCH ? 's' : 'x');
    report(kill(-job, SIGTERM) < 0 && errno == ESRCH ? 'n' : 'x');
    report(setpgid(0, job) < 0 && errno == EPERM ? 'p' : 'x');
    report(join(job) ? 'x' : 'e');
    _exit(0);
}

static void ended_group(void)
{
    pid_t pid = begin_leader();

    if (pid == 0)
        ended_child();
    ok(next_report() == 'g', "a process that has ended has its group");
    ok(next_report() == 'k', "which can be sent signals");
    ok(next_report() == 'j', "and joined, and brought to the foreground");
    ok(next_report() == 's', "until it was waited for");
    ok(next_report() == 'n', "then there is nobody");
    ok(next_report() == 'p', "the leader of a session stays where it is");
    ok(next_report() == 'e', "and a group that is gone cannot be joined");
    ok(exited(status_of(pid), 0), "the leader has ended");
    end_leader();
}

/* The leader's child stops its own child's group, then ends: that group is orphaned. */
static void orphan_child(void)
{
    pid_t job, middle = fork();

    if (middle == 0) {
        int status;

        job = fork();
        if (job == 0) {
            setpgid(0, 0);
            signal(SIGHUP, on_signal);
            raise(SIGSTOP);
            report('g');
            report(getppid() != middle ? 'p' : 'x');
            kill(getpid(), SIGTSTP);
            report('n');
            report(read_line() == EIO ? 'e' : 'x');
            _exit(0);
        }
        waitpid(job, &status, WUNTRACED);
        _exit(0);
    }
    waitpid(middle, NULL, 0);
    while (read(pty.slave, &(char){0}, 1) == 1)
        ;
    _exit(0);
}

static void orphans(void)
{
    pid_t pid = begin_leader();

    if (pid == 0)
        orphan_child();
    ok(next_report() == 'h', "a stopped group that is orphaned gets SIGHUP");
    ok(next_report() == 'g', "and goes on");
    ok(next_report() == 'p', "with another parent");
    ok(next_report() == 'n', "SIGTSTP does not stop it");
    ok(next_report() == 'e', "it cannot read from the terminal");
    type(&pty, "\x04");
    ok(exited(status_of(pid), 0), "the leader has ended");
    end_leader();
}

static void hang_up_master(void)
{
    pid_t pid = begin_leader();

    if (pid == 0) {
        char byte;

        block_hangup();
        wait_for_hangup();
        report(read(pty.slave, &byte, 1) == 0 ? '0' : 'x');
        report(write(pty.slave, &byte, 1) < 0 && errno == EIO ? 'e' : 'x');
        report(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO ? 't' : 'x');
        _exit(0);
    }
    next_report();
    close(pty.master);
    ok(next_report() == 'h', "the leader hears when the master goes");
    ok(next_report() == '0', "reads end");
    ok(next_report() == 'e', "writes fail");
    ok(next_report() == 't', "it has no terminal any more");
    ok(exited(status_of(pid), 0), "it ends");
    pty.master = -1;
    end_leader();
}

static int read_after_hangup(void)
{
    block_hangup();
    wait_for_hangup();
    report(read_line() == 'a' ? 'a' : 'x');
    return 0;
}

static void end_of_leader(void)
{
    pid_t pid = begin_leader();
    char screen[100];

    if (pid == 0) {
        signal(SIGTTOU, SIG_IGN);
        begin_job(read_after_hangup, 1);
        pause();
        _exit(0);
    }
    ok(next_report() == 'r', "a job in the foreground");
    kill(pid, SIGKILL);
    ok(WIFSIGNALED(status_of(pid)), "the leader is killed");
    ok(next_report() == 'h', "the job gets SIGHUP");
    type(&pty, "a\n");
    ok(next_report() == 'a', "it can go on reading, as one in no session");
    ok(next_report() == '-', "it ends");
    ok(!screen_until(&pty, "never", screen, sizeof(screen)), "the master is at its end");
    end_leader();
}

int main(void)
{
    alarm(100);
    signal(SIGPIPE, SIG_IGN);
    control();
    keys();
    background();
    jobs();
    ended_group();
    orphans();
    hang_up_master();
    end_of_leader();
    return checks_done();
}
