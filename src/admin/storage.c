/* storage - see the header. */
#include "admin/storage.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

static int64_t file_bytes(const char *path, const char *suffix)
{
    char name[4096];
    struct stat st;
    int n = snprintf(name, sizeof(name), "%s%s", path, suffix);
    return n > 0 && (size_t)n < sizeof(name) && stat(name, &st) == 0 ? (int64_t)st.st_size : 0;
}

int64_t psync_storage_bytes(const char *queue_path)
{
    return file_bytes(queue_path, "") + file_bytes(queue_path, "-wal");
}

int64_t psync_storage_free(const char *queue_path)
{
    struct statvfs fs;
    return statvfs(queue_path, &fs) == 0 ? (int64_t)((uint64_t)fs.f_bavail * fs.f_frsize) : -1;
}
