/* account - the accounts' file for commands, and passwords from people. A password never stands on the command line,
 * where every process can read it. */
#include "cmd/account.h"

#include "cmd/console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { LIST_MAX = 1 << 20 };

enum psync_exit psync_account_edit(const struct psync_invocation *inv, psync_accounts_change *edit, void *arg)
{
    struct psync_context ctx = {0};
    struct psync_error err = {0};
    enum psync_exit code = psync_context_load(&ctx, inv);
    if (code == PSYNC_EXIT_OK) {
        enum psync_result r = psync_accounts_edit(ctx.config->state_folder, edit, arg, &err);
        if (r != PSYNC_OK)
            psync_complain("%s", err.text);
        code = r == PSYNC_OK ? PSYNC_EXIT_OK : r == PSYNC_EMPTY ? PSYNC_EXIT_REFUSED : PSYNC_EXIT_STORAGE;
    }
    psync_context_done(&ctx);
    return code;
}

enum psync_exit psync_account_read(const struct psync_invocation *inv, struct psync_accounts *ret_accounts)
{
    struct psync_context ctx = {0};
    struct psync_error err = {0};
    enum psync_exit code = psync_context_load(&ctx, inv);
    if (code == PSYNC_EXIT_OK && psync_accounts_read(ctx.config->state_folder, ret_accounts, &err) != PSYNC_OK) {
        psync_complain("%s", err.text);
        code = PSYNC_EXIT_STORAGE;
    }
    psync_context_done(&ctx);
    return code;
}

enum psync_exit psync_account_say_json(const char *name,
                                       void (*put)(struct psync_json_writer *w, const struct psync_accounts *a),
                                       const struct psync_accounts *a)
{
    struct psync_buf out;
    struct psync_json_writer w;
    psync_buf_init(&out, LIST_MAX);
    psync_json_writer_begin(&w, &out);
    psync_json_open(&w, NULL, '{');
    psync_json_open(&w, name, '[');
    put(&w, a);
    psync_json_close(&w, ']');
    psync_json_close(&w, '}');
    enum psync_result r = psync_json_writer_end(&w);
    if (r == PSYNC_OK)
        psync_say_json(&out);
    else
        psync_complain("out of memory");
    psync_buf_done(&out);
    return r == PSYNC_OK ? PSYNC_EXIT_OK : PSYNC_EXIT_STORAGE;
}

enum psync_exit psync_account_usage(const struct psync_error *err)
{
    psync_complain("%s", err->text);
    return PSYNC_EXIT_USAGE;
}

/* ---- passwords ---- */

enum { ROOM = PSYNC_PASSWORD_MAX + 2 };

/* Byte by byte: what stands behind the line belongs to somebody else, and no buffer keeps a copy. */
static enum psync_result read_line(int fd, char ret_line[ROOM], struct psync_error *err)
{
    size_t n = 0;
    for (;;) {
        char c;
        ssize_t got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return psync_fail(err, PSYNC_REJECT, "cannot read a password: %s", strerror(errno));
        if (got == 0 || c == '\n')
            break;
        if (n + 1 >= ROOM)
            return psync_fail(err, PSYNC_REJECT, "a password is UTF-8 of at most %d bytes", PSYNC_PASSWORD_MAX);
        ret_line[n++] = c;
    }
    ret_line[n] = '\0';
    return PSYNC_OK;
}

static enum psync_result ask(int terminal, const char *question, char ret_line[ROOM], struct psync_error *err)
{
    struct termios before, quiet;
    if (tcgetattr(terminal, &before) != 0)
        return psync_fail(err, PSYNC_REJECT, "cannot read a password: %s", strerror(errno));
    quiet = before;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    (void)!write(terminal, question, strlen(question));
    (void)tcsetattr(terminal, TCSAFLUSH, &quiet);
    enum psync_result r = read_line(terminal, ret_line, err);
    (void)tcsetattr(terminal, TCSAFLUSH, &before);
    (void)!write(terminal, "\n", 1);
    return r;
}

static enum psync_result ask_twice(int terminal, const char *user, char ret_password[ROOM], struct psync_error *err)
{
    char question[160], again[ROOM];
    snprintf(question, sizeof question, "Password for %s: ", user);
    enum psync_result r = ask(terminal, question, ret_password, err);
    if (r == PSYNC_OK)
        r = psync_password_check(ret_password, err);
    if (r == PSYNC_OK)
        r = ask(terminal, "Once more: ", again, err);
    if (r == PSYNC_OK && strcmp(ret_password, again) != 0)
        r = psync_fail(err, PSYNC_REJECT, "that was not the same twice");
    psync_forget(again, sizeof again);
    return r;
}

enum psync_result psync_account_password(const char *user, char ret_password[ROOM], struct psync_error *err)
{
    int terminal = isatty(STDIN_FILENO) ? open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) : -1;
    enum psync_result r = terminal >= 0 ? ask_twice(terminal, user, ret_password, err)
                                        : read_line(STDIN_FILENO, ret_password, err);
    if (terminal >= 0)
        (void)close(terminal);
    return r == PSYNC_OK ? psync_password_check(ret_password, err) : r;
}
