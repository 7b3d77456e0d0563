/* SPDX-License-Identifier: BSD-2-Clause */
/* termios(3) by way of a pty: editing of lines, echo, output, raw reads, sizes, ends. */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <time.h>

#include "check.h"
#include "pty.h"

static struct pty pty;
static struct termios usual;

static void change(tcflag_t input, tcflag_t output, tcflag_t local_off, tcflag_t local_on)
{
    struct termios t = usual;

    t.c_iflag = input;
    t.c_oflag = output;
    t.c_lflag = (t.c_lflag & ~local_off) | local_on;
    if (tcsetattr(pty.slave, TCSANOW, &t))
        abort();
}

static void raw(int least, int tenths)
{
    struct termios t = usual;

    cfmakeraw(&t);
    t.c_cc[VMIN] = (cc_t)least;
    t.c_cc[VTIME] = (cc_t)tenths;
    if (tcsetattr(pty.slave, TCSANOW, &t))
        abort();
}

static void back(void)
{
    if (tcsetattr(pty.slave, TCSAFLUSH, &usual) || tcflush(pty.master, TCIOFLUSH))
        abort();
}

static void names(void)
{
    struct stat stat;
    char name[64];
    int number = -1;

    ok(isatty(pty.slave) && isatty(pty.master), "both ends are terminals");
    ok(fstat(pty.slave, &stat) == 0 && S_ISCHR(stat.st_mode), "a character device");
    ok(ioctl(pty.master, TIOCGPTN, &number) == 0 && number >= 0, "it has a number");
    snprintf(name, sizeof(name), "/dev/pts/%d", number);
    ok(!strcmp(name, pty.name), "and a name of that");
    ok(ioctl(pty.slave, TIOCGPTN, &number) < 0 && errno == ENOTTY, "only the master tells");

    int master = posix_openpt(O_RDWR | O_NOCTTY);

    ok(ptsname_r(master, name, sizeof(name)) == 0 && strcmp(name, pty.name) != 0,
        "another pty has another name");
    int locked = 1;
    ioctl(master, TIOCSPTLCK, &locked);
    ok(open(name, O_RDWR | O_NOCTTY) < 0 && errno == EIO, "a locked slave");
    close(master);
    ok(open(name, O_RDWR | O_NOCTTY) < 0 && errno == ENOENT, "no slave without a master");
}

static void lines(void)
{
    type(&pty, "one\n");
    ok(screen_is(&pty, "one\r\n"), "a line is echoed");
    ok(reads(pty.slave, 100, "one\n"), "and read");
    type(&pty, "abX\x7f" "c\n");
    ok(screen_is(&pty, "abX\b \bc\r\n"), "ERASE takes a character off the screen");
    ok(reads(pty.slave, 100, "abc\n"), "and out of the line");
    type(&pty, "one two\x17three\n");
    ok(reads(pty.slave, 100, "one three\n"), "WERASE takes a word");
    type(&pty, "nothing\x15some\n");
    ok(reads(pty.slave, 100, "some\n"), "KILL takes the line");
    type(&pty, "a\x16\x7f" "b\n");
    ok(reads(pty.slave, 100, "a\x7f" "b\n"), "LNEXT takes a key as it is");
    tcflush(pty.slave, TCIOFLUSH);
    type(&pty, "part\x04");
    ok(reads(pty.slave, 100, "part"), "EOF ends a line without a newline");
    type(&pty, "\x04");
    ok(reads(pty.slave, 100, ""), "alone, it is the end");
    type(&pty, "first\nsecond\n");
    ok(reads(pty.slave, 3, "fir") && reads(pty.slave, 100, "st\n"), "a line in parts");
    ok(reads(pty.slave, 100, "second\n"), "one line in a read");
    type(&pty, "no end");
    ok(!is_readable(pty.slave, 0), "a line without its end is not readable");
    type(&pty, "\n");
    ok(is_readable(pty.slave, -1) && reads(pty.slave, 100, "no end\n"), "then it is");
    back();
}

static void more_ends(void)
{
    struct termios t = usual;

    t.c_cc[VEOL] = ';';
    tcsetattr(pty.slave, TCSANOW, &t);
    type(&pty, "a;b\n");
    ok(reads(pty.slave, 100, "a;") && reads(pty.slave, 100, "b\n"), "EOL ends lines, too");
    back();
    type(&pty, "shown");
    screen_is(&pty, "shown");
    type(&pty, "\x12");
    ok(screen_is(&pty, "^R\r\nshown"), "REPRINT shows the line again");
    type(&pty, "\n");
    screen_is(&pty, "\r\n");
    ok(reads(pty.slave, 100, "shown\n"), "and keeps it");
    type(&pty, "\x01\n");
    ok(screen_is(&pty, "^A\r\n") && reads(pty.slave, 9, "\x01\n"), "control keys show as ^A");
    change(usual.c_iflag, usual.c_oflag, ECHO, 0);
    type(&pty, "secret\n");
    ok(reads(pty.slave, 100, "secret\n") && !is_readable(pty.master, 0), "no ECHO");
    change(usual.c_iflag, usual.c_oflag, ECHO, ECHONL);
    type(&pty, "secret\n");
    ok(screen_is(&pty, "\r\n") && reads(pty.slave, 100, "secret\n"), "ECHONL shows the end");
    back();
}

static void translation(void)
{
    change(ICRNL, usual.c_oflag, ECHO, 0);
    type(&pty, "cr\r");
    ok(reads(pty.slave, 9, "cr\n"), "ICRNL");
    change(IGNCR, usual.c_oflag, ECHO, 0);
    type(&pty, "a\rb\n");
    ok(reads(pty.slave, 9, "ab\n"), "IGNCR");
    change(INLCR, usual.c_oflag, ECHO | ICANON, 0);
    type(&pty, "x\n");
    ok(reads(pty.slave, 9, "x\r"), "INLCR");
    change(ISTRIP, usual.c_oflag, ECHO, 0);
    type(&pty, "\xe1\n");
    ok(reads(pty.slave, 9, "a\n"), "ISTRIP");
    back();
    ok(write(pty.slave, "a\nb\tc", 5) == 5 && screen_is(&pty, "a\r\nb\tc"), "ONLCR");
    change(usual.c_iflag, 0, 0, 0);
    ok(write(pty.slave, "a\nb", 3) == 3 && screen_is(&pty, "a\nb"), "no OPOST");
    change(usual.c_iflag, OPOST | OCRNL, 0, 0);
    ok(write(pty.slave, "a\rb", 3) == 3 && screen_is(&pty, "a\nb"), "OCRNL");
    change(usual.c_iflag, OPOST | ONLCR, 0, 0);
    ok(write(pty.slave, "\r", 1) == 1 && screen_is(&pty, "\r"), "a carriage return");
    change(usual.c_iflag, OPOST | ONLCR | XTABS, 0, 0);
    ok(write(pty.slave, "a\tb", 3) == 3 && screen_is(&pty, "a       b"), "XTABS");
    write(pty.slave, "\r", 1);
    screen_is(&pty, "\r");
    back();
}

static int64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static void raw_reads(void)
{
    int64_t begin;

    raw(1, 0);
    type(&pty, "a\x03\x04\x7f");
    ok(reads(pty.slave, 100, "a\x03\x04\x7f"), "raw: keys are themselves");
    raw(3, 0);
    type(&pty, "ab");
    ok(!is_readable(pty.slave, 0), "VMIN 3: two bytes are not enough");
    type(&pty, "c");
    ok(is_readable(pty.slave, -1) && reads(pty.slave, 100, "abc"), "three are");
    raw(0, 0);
    ok(reads(pty.slave, 100, ""), "VMIN 0: nothing, at once");
    type(&pty, "x");
    ok(is_readable(pty.slave, -1) && reads(pty.slave, 100, "x"), "or what there is");
    raw(0, 2);
    begin = now();
    ok(reads(pty.slave, 100, "") && now() - begin >= 190, "VTIME 2: nothing, in a while");
    type(&pty, "y");
    ok(reads(pty.slave, 100, "y"), "or the first byte");
    raw(100, 1);
    type(&pty, "several");
    begin = now();
    ok(reads(pty.slave, 100, "several") && now() - begin >= 90,
        "VMIN and VTIME: until no byte has come for a while");
    back();
}

static void queues(void)
{
    int count = -1;

    type(&pty, "gone\n");
    ok(is_readable(pty.slave, -1) && ioctl(pty.slave, FIONREAD, &count) == 0 && count == 5,
        "FIONREAD");
    ok(tcflush(pty.slave, TCIFLUSH) == 0 && !is_readable(pty.slave, 0), "TCIFLUSH");
    tcflush(pty.master, TCIOFLUSH);
    tcflush(pty.slave, TCIOFLUSH);
    ok(tcdrain(pty.slave) == 0, "tcdrain");
    ok(tcsendbreak(pty.slave, 0) == 0, "tcsendbreak");
    ok(tcflow(pty.slave, TCOOFF) == 0 && tcflow(pty.slave, TCOON) == 0, "tcflow");
    back();
}

/* The name of a master that is open is that of ptmx. */
static void opened_again(void)
{
    char name[64];
    int number = -1, other = -1, master;

    snprintf(name, sizeof(name), "/proc/self/fd/%d", pty.master);
    master = open(name, O_RDWR | O_NOCTTY);
    ok(master >= 0 && ioctl(master, TIOCGPTN, &other) == 0
           && ioctl(pty.master, TIOCGPTN, &number) == 0 && other != number,
        "a master opened again is that of another pty");
    close(master);
    type(&pty, "still\n");
    ok(screen_is(&pty, "still\r\n") && reads(pty.slave, 100, "still\n"),
        "the first one works on");
}

static volatile sig_atomic_t resized;

static void on_resize(int number)
{
    resized += number == SIGWINCH;
}

static void sizes(void)
{
    struct winsize size = {0};

    signal(SIGWINCH, on_resize);
    ok(ioctl(pty.slave, TIOCGWINSZ, &size) == 0 && size.ws_row == 0 && size.ws_col == 0,
        "a new pty has no size");
    size = (struct winsize){.ws_row = 40, .ws_col = 132};
    ok(ioctl(pty.master, TIOCSWINSZ, &size) == 0, "set by the master");
    size = (struct winsize){0};
    ok(ioctl(pty.slave, TIOCGWINSZ, &size) == 0 && size.ws_row == 40 && size.ws_col == 132,
        "it is the slave's");
    ok(!resized, "who is not in its session hears nothing");
}

/* Reads one byte: what has happened. */
static int tells(int bits)
{
    unsigned char bytes[100];

    return read(pty.master, bytes, sizeof(bytes)) == 1 && bytes[0] == bits;
}

static int is_special(void)
{
    struct pollfd file = {.fd = pty.master, .events = POLLPRI};

    return poll(&file, 1, 0) == 1 && file.revents == POLLPRI;
}

static int selects_special(void)
{
    struct timeval none = {0};
    fd_set special;

    FD_ZERO(&special);
    FD_SET(pty.master, &special);
    return select(pty.master + 1, NULL, NULL, &special, &none);
}

static void packets(void)
{
    struct termios t = usual;
    char bytes[8];
    int on = 1, was = -1;

    ok(ioctl(pty.slave, TIOCPKT, &on) < 0 && errno == ENOTTY, "no packet mode of the slave");
    ok(ioctl(pty.master, TIOCPKT, &on) == 0 && ioctl(pty.master, TIOCGPKT, &was) == 0
        && was == 1, "packet mode");
    ok(!is_special() && !is_readable(pty.master, 0), "nothing has happened yet");
    ok(write(pty.slave, "ab", 2) == 2 && is_readable(pty.master, -1), "output");
    was = (int)read(pty.master, bytes, sizeof(bytes));
    ok(was == 3 && !memcmp(bytes, "\0ab", 3), "is behind a byte 0");
    tcflush(pty.slave, TCIFLUSH);
    ok(is_special() && selects_special() == 1 && tells(TIOCPKT_FLUSHREAD), "input is gone");
    ok(!is_special() && selects_special() == 0, "that is told once");
    t.c_iflag &= ~(tcflag_t)IXON;
    tcsetattr(pty.slave, TCSANOW, &t);
    ok(is_special() && tells(TIOCPKT_NOSTOP), "^S stops no more");
    tcsetattr(pty.slave, TCSANOW, &usual);
    ok(is_special() && tells(TIOCPKT_DOSTOP), "^S stops again");
    tcflow(pty.slave, TCOOFF);
    ok(is_special() && tells(TIOCPKT_STOP), "output is stopped");
    tcflow(pty.slave, TCOON);
    ok(is_special() && tells(TIOCPKT_START), "and goes on");
    on = 0;
    tcflush(pty.slave, TCIFLUSH);
    ok(ioctl(pty.master, TIOCPKT, &on) == 0 && !is_special(), "no packet mode, no news");
    back();
}

static void end(void)
{
    struct pollfd file = {.fd = pty.master, .events = POLLIN};
    char byte;

    ok(write(pty.slave, "last", 4) == 4, "the slave's last words");
    close(pty.slave);
    ok(screen_is(&pty, "last"), "can be read after its end");
    ok(read(pty.master, &byte, 1) < 0 && errno == EIO, "then the master gets EIO");
    ok(poll(&file, 1, 0) == 1 && file.revents & POLLHUP, "and POLLHUP");
    pty.slave = open(pty.name, O_RDWR | O_NOCTTY);
    ok(pty.slave >= 0 && write(pty.slave, "new", 3) == 3 && screen_is(&pty, "new"),
        "the slave opened again");
    close(pty.master);
    file.fd = pty.slave;
    ok(read(pty.slave, &byte, 1) == 0, "without a master the slave is at its end");
    ok(write(pty.slave, &byte, 1) < 0 && errno == EIO, "and cannot be written");
    ok(poll(&file, 1, 0) == 1 && file.revents & POLLHUP, "POLLHUP");
    close(pty.slave);
}

int main(void)
{
    alarm(60);
    if (pty_open(&pty) || tcgetattr(pty.slave, &usual)) {
        ok(0, "a pty");
        return checks_done();
    }
    names();
    lines();
    more_ends();
    translation();
    raw_reads();
    queues();
    sizes();
    packets();
    opened_again();
    end();
    return checks_done();
}
