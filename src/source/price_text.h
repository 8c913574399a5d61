/* price_text - a price as a shop writes it for people: €1,481,481.47, 1 481 481,47 €, CHF 1'234.50, ¥1,234. Pure.
 *
 * Between the first digit and the last one may stand digits and separators; before and after them a currency in letters
 * and symbols, and a minus. The rule, which never guesses:
 * A point right before the first digit must end an abbreviation ("Rs.99"; "$.99" is refused).
 *   1. White space of any kind, apostrophes and U+066C only ever separate groups; U+066B is ever the decimal point.
 *   2. Of "." and ",": if both are there, the last is the decimal point and stands once. If one stands several times it
 *      separates groups. If one stands once, it is the decimal point when another kind separates groups before it, when
 *      not exactly three digits follow, or when what stands before it cannot be a group (more than three digits, or 0).
 *   3. Otherwise ("1,234") it can be either. The price without tax of the same row decides: the reading that is at
 *      least half and at most twice as much is meant. If that is both or neither, or there is none, the price is
 *      refused.
 * Groups must be groups: three digits each, or the Indian two with a last one of three; all separated alike.
 * Digits may be those of ASCII, Arabic, Persian, Hindi or Bengali. */
#ifndef PSYNC_SOURCE_PRICE_TEXT_H
#define PSYNC_SOURCE_PRICE_TEXT_H

#include "base/buf.h"
#include "base/decimal.h"

/* `untaxed` may be NULL. REJECT: no price, or one that can be read in two ways; `reason` says which. */
PSYNC_CHECKED enum psync_result psync_price_text_parse(struct psync_span text, const struct psync_decimal *untaxed,
                                                       struct psync_decimal *ret_price, struct psync_error *reason);

#endif
