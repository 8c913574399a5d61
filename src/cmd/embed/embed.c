/* embed - a build tool: a CSV file becomes a C array (cmd/catalogue.h).
 *
 * usage: embed FILE.csv OUT.c */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    FILE *in = argc == 3 ? fopen(argv[1], "rb") : NULL;
    FILE *out = in ? fopen(argv[2], "w") : NULL;
    if (!out) {
        fprintf(stderr, "usage: embed FILE.csv OUT.c\n");
        return EXIT_FAILURE;
    }
    unsigned long bytes = 0, records = 0;
    bool quoted = false;
    fprintf(out, "/* made by embed */\n#include \"cmd/catalogue.h\"\nconst char psync_catalogue[] = {");
    for (int c; (c = getc(in)) != EOF; bytes++) {
        fprintf(out, "%s%d,", bytes % 20 ? "" : "\n", c > 127 ? c - 256 : c);
        quoted ^= c == '"'; /* a line break inside quotes ends no record */
        records += c == '\n' && !quoted;
    }
    fprintf(out, "0};\nconst size_t psync_catalogue_size = %lu;\nconst size_t psync_catalogue_products = %lu;\n", bytes,
            records - 1);
    return ferror(in) || fclose(out) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
