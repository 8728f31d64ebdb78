#pragma once
#include "settings.h"
#include "text.h"

namespace sf {

uint8_t field_count();
/** Name and value of a field; the key never shows. `quoted` says whether JSON wants it as a string. */
void show_field(const Settings& settings, uint8_t index, Text& name, Text& value, bool* quoted);

enum FieldOutcome : uint8_t { FIELD_SET, FIELD_UNKNOWN, FIELD_WRONG };
/** `expected` says what would be right. */
FieldOutcome set_field(Settings& settings, const char* name, const char* value, Text& expected);

}  // namespace sf
