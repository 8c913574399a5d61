/* Prices for people: any bytes, with and without a price without tax; what is taken can be written. */
#include "base/decimal.h"
#include "source/price_text.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct psync_span text = {(const char *)data, size};
    struct psync_decimal untaxed, alone, with;
    struct psync_error reason;
    char written[PSYNC_DECIMAL_MAX];
    if (psync_decimal_parse(PSYNC_SPAN("1028.000000"), false, &untaxed) != PSYNC_OK)
        abort();
    enum psync_result a = psync_price_text_parse(text, NULL, &alone, &reason);
    enum psync_result w = psync_price_text_parse(text, &untaxed, &with, &reason);
    if (a == PSYNC_OK && (w != PSYNC_OK || psync_decimal_format(&with, 6, written) == PSYNC_NOMEM))
        abort(); /* what needs no help must not be refused with it */
    return 0;
}
