/* language - which of a product's names is sent when it has one per language. Pure.
 *
 * The names are an object {"en": "...", "fr-CA": "..."} or PrestaShop's list [{"id": 1, "value": "..."}]. Blank names
 * never count. Chosen is, in this order: the language asked for (letter case and "_" for "-" do not matter; a number
 * names a language id); the same language without region; the same language of another region; "en"; any. Among equals
 * the first code in byte order wins, ids by their number. */
#ifndef PSYNC_SOURCE_LANGUAGE_H
#define PSYNC_SOURCE_LANGUAGE_H

#include "base/buf.h"

/* `names`: JSON text of an object or array, decoded in place. `language` may be "". REJECT: no name among them, or not
 * of that form; `reason` says which. */
PSYNC_CHECKED enum psync_result psync_language_choose(struct psync_span names, const char *language,
                                                      struct psync_span *ret_name, struct psync_error *reason);

#endif
