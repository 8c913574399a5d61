/* The file of users and tokens: what is written is read, what is damaged is said, and nobody else can read it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "admin/accounts.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct fixture {
    char folder[64], path[96];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    strcpy(f->folder, "/tmp/psync-accounts-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/access.json", f->folder);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char lock[128];
    snprintf(lock, sizeof lock, "%s.lock", f->path);
    (void)unlink(lock);
    (void)unlink(f->path);
    (void)rmdir(f->folder);
    free(f);
    return 0;
}

static enum psync_result add(void *arg, struct psync_accounts *a, struct psync_error *err)
{
    const char *name = arg;
    struct psync_user *user;
    struct psync_token *token;
    enum psync_result r = psync_accounts_add_user(a, &user, err);
    if (r == PSYNC_OK)
        r = psync_accounts_add_token(a, &token, err);
    if (r != PSYNC_OK)
        return r;
    snprintf(user->name, sizeof user->name, "%s", name);
    snprintf(user->hash, sizeof user->hash, "hash of %s", name);
    user->rights = PSYNC_MAY_ADMIN;
    user->created_at = 17;
    snprintf(token->name, sizeof token->name, "%s", name);
    snprintf(token->id, sizeof token->id, "%08x", (unsigned)a->n_tokens);
    token->rights = PSYNC_MAY_READ | PSYNC_MAY_INGEST;
    token->rate = 50;
    token->expires_at = 99;
    memset(token->digest, (int)a->n_tokens, sizeof token->digest);
    return PSYNC_OK;
}

static enum psync_result change_mind(void *arg, struct psync_accounts *a, struct psync_error *err)
{
    (void)arg;
    a->n_users = 0;
    return psync_fail(err, PSYNC_EMPTY, "no");
}

static void what_is_written_is_read(void **state)
{
    struct fixture *f = *state;
    struct psync_accounts a;
    struct stat st;
    assert_int_equal(psync_accounts_stamp(f->folder), 0);
    assert_int_equal(psync_accounts_read(f->folder, &a, NULL), PSYNC_OK);
    assert_int_equal(a.n_users + a.n_tokens, 0);
    uint64_t before = 0;
    for (int i = 0; i < 3; i++) {
        char name[8];
        snprintf(name, sizeof name, "u%d", i);
        assert_int_equal(psync_accounts_edit(f->folder, add, name, NULL), PSYNC_OK);
        assert_int_not_equal(psync_accounts_stamp(f->folder), before);
        before = psync_accounts_stamp(f->folder);
    }
    assert_int_equal(psync_accounts_edit(f->folder, change_mind, NULL, NULL), PSYNC_EMPTY);
    assert_int_equal(psync_accounts_stamp(f->folder), before);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(psync_accounts_read(f->folder, &a, NULL), PSYNC_OK);
    assert_int_equal(a.n_users, 3);
    assert_string_equal(psync_accounts_user(&a, "u1")->hash, "hash of u1");
    assert_int_equal(psync_accounts_user(&a, "u1")->created_at, 17);
    const struct psync_token *t = psync_accounts_token(&a, "00000002");
    assert_ptr_equal(t, psync_accounts_token(&a, "u1"));
    assert_int_equal(t->rights, PSYNC_MAY_READ | PSYNC_MAY_INGEST);
    assert_true(t->rate == 50 && t->expires_at == 99 && t->digest[31] == 2);
    psync_accounts_remove_user(&a, psync_accounts_user(&a, "u0"));
    psync_accounts_remove_token(&a, psync_accounts_token(&a, "u2"));
    assert_null(psync_accounts_user(&a, "u0"));
    assert_non_null(psync_accounts_user(&a, "u2"));
    assert_null(psync_accounts_token(&a, "u2"));
    psync_accounts_done(&a);
}

static void damage_is_said(void **state)
{
    static const char *const texts[] = {
        "", "{", "[]", "{}", "{\"users\":[],\"tokens\":{}}", "{\"users\":[{}],\"tokens\":[]}", "{\"users\":[7],\"tokens\":[]}",
        "{\"users\":[{\"name\":\"a\",\"scopes\":\"root\",\"password\":\"x\"}],\"tokens\":[]}",
        "{\"users\":[],\"tokens\":[{\"name\":\"a\",\"scopes\":\"read\",\"id\":\"00000001\",\"sha256\":\"zz\"}]}",
        "{\"users\":[],\"tokens\":[{\"name\":\"a\",\"scopes\":\"read\",\"id\":\"123456789\",\"sha256\":\"zz\"}]}"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct psync_accounts a;
        struct psync_error err = {0};
        FILE *file = fopen(f->path, "w");
        assert_true(fputs(texts[i], file) >= 0 && fclose(file) == 0);
        assert_int_equal(psync_accounts_read(f->folder, &a, &err), PSYNC_REJECT);
        assert_memory_equal(err.text, f->path, strlen(f->path));
        assert_int_equal(psync_accounts_edit(f->folder, add, (void *)(uintptr_t) "x", NULL), PSYNC_REJECT);
    }
}

/* Several commands at once: none is lost. */
static void edits_take_turns(void **state)
{
    enum { CHILDREN = 8 };
    struct fixture *f = *state;
    struct psync_accounts a;
    for (int i = 0; i < CHILDREN; i++)
        if (fork() == 0) {
            char name[8];
            snprintf(name, sizeof name, "c%d", i);
            _exit(psync_accounts_edit(f->folder, add, name, NULL) == PSYNC_OK ? 0 : 1);
        }
    for (int i = 0, status; i < CHILDREN; i++) {
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
    }
    assert_int_equal(psync_accounts_read(f->folder, &a, NULL), PSYNC_OK);
    assert_int_equal(a.n_users, CHILDREN);
    psync_accounts_done(&a);
}

static void passwords_and_tokens(void **state)
{
    char hash[PSYNC_PASSWORD_HASH_MAX], id[PSYNC_TOKEN_ID], text[PSYNC_TOKEN_TEXT], found[PSYNC_TOKEN_ID];
    unsigned char digest[PSYNC_SHA256_BYTES], again[PSYNC_SHA256_BYTES];
    (void)state;
    assert_int_equal(psync_password_hash("correct horse battery", hash, NULL), PSYNC_OK);
    assert_memory_equal(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31);
    assert_int_equal(psync_password_verify("correct horse battery", hash), PSYNC_OK);
    assert_int_equal(psync_password_verify("correct horse batterY", hash), PSYNC_EMPTY);
    assert_int_equal(psync_password_verify("correct horse battery", ""), PSYNC_EMPTY);
    assert_int_equal(psync_password_verify("correct horse battery", "damaged"), PSYNC_EMPTY);
    assert_int_equal(psync_token_make(id, text, digest, NULL), PSYNC_OK);
    assert_true(psync_token_parse(text, found, again));
    assert_string_equal(id, found);
    assert_memory_equal(digest, again, sizeof digest);
    static const char *const wrong[] = {"", "ps_", "ps_0000000_", "px_00000000_", "ps_0000000g_"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(psync_token_parse(wrong[i], found, again));
    text[strlen(text) - 1] = '\0';
    assert_false(psync_token_parse(text, found, again));
}

/* A right password is not wrong because nobody could look: in a process of its own, which may have no more memory. */
static void without_memory_a_password_is_neither(void **state)
{
    char hash[PSYNC_PASSWORD_HASH_MAX];
    const struct rlimit none = {0, 0};
    int status = 0;
    (void)state;
    assert_int_equal(psync_password_hash("correct horse battery", hash, NULL), PSYNC_OK);
    pid_t child = fork();
    if (child == 0) {
        if (setrlimit(RLIMIT_AS, &none) != 0)
            _exit(77);
        enum psync_result known = psync_password_verify("correct horse battery", hash);
        enum psync_result unknown = psync_password_verify("correct horse battery", "");
        _exit(known == PSYNC_NOMEM && unknown == PSYNC_NOMEM ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void names_are_checked(void **state)
{
    static const struct {
        const char *name;
        bool fine;
    } cases[] = {{"anna", true}, {"a.b@c-d_E9", true}, {"", false}, {"-a", false}, {"a b", false}, {"a/b", false}, {"\xc3\xa9", false},
                 {"1234567890123456789012345678901234567890123456789012345678901234", true},
                 {"12345678901234567890123456789012345678901234567890123456789012345", false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(psync_accounts_check_name(cases[i].name, NULL) == PSYNC_OK, cases[i].fine);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_written_is_read), TEST(damage_is_said), TEST(edits_take_turns),
        cmocka_unit_test(passwords_and_tokens), cmocka_unit_test(names_are_checked),
#ifndef SANITIZED /* they need memory of their own */
        cmocka_unit_test(without_memory_a_password_is_neither),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
