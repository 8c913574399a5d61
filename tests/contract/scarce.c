/* scarce - see scarce.h. */
#include "scarce.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static atomic_long count, fail_at;
static sqlite3_mem_methods real_methods;

static bool fails(void)
{
    long at = atomic_load(&fail_at);
    return atomic_fetch_add(&count, 1) + 1 == at;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails() ? NULL : __real_realloc(p, n);
}

static void *sqlite_malloc(int n)
{
    return fails() ? NULL : real_methods.xMalloc(n);
}

static void *sqlite_realloc(void *p, int n)
{
    return fails() ? NULL : real_methods.xRealloc(p, n);
}

void scarce_install(void)
{
    sqlite3_mem_methods m;
    if (real_methods.xMalloc != NULL || sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_methods) != SQLITE_OK)
        return;
    m = real_methods;
    m.xMalloc = sqlite_malloc;
    m.xRealloc = sqlite_realloc;
    if (sqlite3_config(SQLITE_CONFIG_MALLOC, &m) != SQLITE_OK)
        abort();
}

void scarce_fail(long nth)
{
    atomic_store(&count, 0);
    atomic_store(&fail_at, nth);
}

long scarce_count(void)
{
    return atomic_load(&count);
}

bool scarce_hit(void)
{
    return atomic_load(&fail_at) != 0 && atomic_load(&count) >= atomic_load(&fail_at);
}
