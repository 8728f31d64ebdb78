#include "text.h"
#include <string.h>

namespace sf {

#ifdef __AVR__
char flash_char(const FlashText* text, size_t at) {
  return static_cast<char>(pgm_read_byte(reinterpret_cast<const char*>(text) + at));
}
void flash_copy(void* to, const void* from, size_t count) { memcpy_P(to, from, count); }
#else
void flash_copy(void* to, const void* from, size_t count) { memcpy(to, from, count); }
char flash_char(const FlashText* text, size_t at) { return reinterpret_cast<const char*>(text)[at]; }
#endif

size_t flash_length(const FlashText* text) {
  size_t n = 0;
  while (flash_char(text, n)) n++;
  return n;
}

bool equals(const char* text, size_t length, const FlashText* other) {
  for (size_t i = 0; i < length; i++) {
    const char c = flash_char(other, i);
    if (c == 0 || c != text[i]) return false;
  }
  return flash_char(other, length) == 0;
}

bool equals(const char* text, const FlashText* other) { return equals(text, strlen(text), other); }

void copy_text(char* to, size_t room, const char* from) {
  size_t i = 0;
  for (; i + 1 < room && from[i]; i++) to[i] = from[i];
  to[i] = 0;
}

Text& Text::add(char c) {
  if (length + 1 >= room_) {
    full = true;
  } else {
    data[length++] = c;
    data[length] = 0;
  }
  return *this;
}

Text& Text::add(const char* text) {
  while (*text) add(*text++);
  return *this;
}

Text& Text::add(const FlashText* text) {
  for (size_t i = 0; char c = flash_char(text, i); i++) add(c);
  return *this;
}

Text& Text::add_unsigned(uint32_t value) {
  char digits[10];
  uint8_t n = 0;
  do digits[n++] = static_cast<char>('0' + value % 10);
  while ((value /= 10) != 0);
  while (n) add(digits[--n]);
  return *this;
}

Text& Text::add_signed(int32_t value) {
  if (value >= 0) return add_unsigned(static_cast<uint32_t>(value));
  return add('-').add_unsigned(0u - static_cast<uint32_t>(value));
}

Text& Text::add_decimal(int32_t value, uint8_t decimals) {
  uint32_t scale = 1;
  for (uint8_t i = 0; i < decimals; i++) scale *= 10;
  uint32_t size = static_cast<uint32_t>(value);
  if (value < 0) {
    add('-');
    size = 0u - size;
  }
  add_unsigned(size / scale);
  if (!decimals) return *this;
  add('.');
  for (uint32_t part = size % scale; scale /= 10;) {
    add(static_cast<char>('0' + part / scale));
    part %= scale;
  }
  return *this;
}

Text& Text::add_hex(uint32_t value, uint8_t digits) {
  while (digits--) {
    const uint8_t d = (value >> (4 * digits)) & 15;
    add(static_cast<char>(d < 10 ? '0' + d : 'A' + d - 10));
  }
  return *this;
}

Text& Text::add_ip(const uint8_t* ip) {
  for (uint8_t i = 0; i < 4; i++) {
    if (i) add('.');
    add_unsigned(ip[i]);
  }
  return *this;
}

Text& Text::add_mac(const uint8_t* mac) {
  for (uint8_t i = 0; i < 6; i++) {
    if (i) add(':');
    add_hex(mac[i], 2);
  }
  return *this;
}

Text& Text::quoted(const char* text) {
  add('"');
  for (; *text; text++) {
    const uint8_t c = static_cast<uint8_t>(*text);
    if (c == '"' || c == '\\') {
      add('\\').add(*text);
    } else if (c < 0x20 || c >= 0x7F) {
      add(F_("\\u00")).add_hex(c, 2);
    } else {
      add(*text);
    }
  }
  return add('"');
}

void Text::clear() {
  length = 0;
  full = room_ == 0;
  if (room_) data[0] = 0;
}

Text& Json::key(const FlashText* name) {
  if (!first_) out_.add(',');
  first_ = false;
  return out_.add('"').add(name).add(F_("\":"));
}

Json& Json::text(const FlashText* name, const char* value) {
  key(name).quoted(value);
  return *this;
}

Json& Json::text(const FlashText* name, const FlashText* value) {
  key(name).add('"').add(value).add('"');
  return *this;
}

Json& Json::number(const FlashText* name, int32_t value) {
  key(name).add_signed(value);
  return *this;
}

Json& Json::natural(const FlashText* name, uint32_t value) {
  key(name).add_unsigned(value);
  return *this;
}

Json& Json::decimal(const FlashText* name, int32_t value, uint8_t decimals) {
  key(name).add_decimal(value, decimals);
  return *this;
}

Json& Json::boolean(const FlashText* name, bool value) {
  key(name).add(value ? F_("true") : F_("false"));
  return *this;
}

Json& Json::null(const FlashText* name) {
  key(name).add(F_("null"));
  return *this;
}

}  // namespace sf
