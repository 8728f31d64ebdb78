#include "json_reader.h"

namespace sf {

static bool digit(char c) { return c >= '0' && c <= '9'; }

bool JsonReader::parse(const char* bytes, size_t length) {
  bytes_ = bytes;
  length_ = length;
  at_ = 0;
  count_ = 0;
  if (length > 0xFFFF) return false;
  space();
  const bool good = object(0) && (space(), at_ == length_);
  if (!good) count_ = 0;
  return good;
}

bool JsonReader::space() {
  while (at_ < length_) {
    const char c = bytes_[at_];
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r') break;
    at_++;
  }
  return true;
}

bool JsonReader::take(char c) {
  space();
  if (at_ >= length_ || bytes_[at_] != c) return false;
  at_++;
  return true;
}

bool JsonReader::string() {
  if (!take('"')) return false;
  while (at_ < length_) {
    const uint8_t c = static_cast<uint8_t>(bytes_[at_++]);
    if (c == '"') return true;
    if (c < 0x20) return false;
    if (c != '\\') continue;
    if (at_ >= length_) return false;
    const char e = bytes_[at_++];
    if (e == 'u') {
      for (uint8_t i = 0; i < 4; i++, at_++) {
        if (at_ >= length_) return false;
        const char h = bytes_[at_];
        if (!digit(h) && !(h >= 'a' && h <= 'f') && !(h >= 'A' && h <= 'F')) return false;
      }
    } else if (e != '"' && e != '\\' && e != '/' && e != 'b' && e != 'f' && e != 'n' && e != 'r' && e != 't') {
      return false;
    }
  }
  return false;
}

bool JsonReader::number() {
  if (at_ < length_ && bytes_[at_] == '-') at_++;
  if (at_ >= length_ || !digit(bytes_[at_])) return false;
  if (bytes_[at_] == '0') {
    at_++;
  } else {
    while (at_ < length_ && digit(bytes_[at_])) at_++;
  }
  if (at_ < length_ && bytes_[at_] == '.') {
    at_++;
    if (at_ >= length_ || !digit(bytes_[at_])) return false;
    while (at_ < length_ && digit(bytes_[at_])) at_++;
  }
  if (at_ < length_ && (bytes_[at_] == 'e' || bytes_[at_] == 'E')) {
    at_++;
    if (at_ < length_ && (bytes_[at_] == '+' || bytes_[at_] == '-')) at_++;
    if (at_ >= length_ || !digit(bytes_[at_])) return false;
    while (at_ < length_ && digit(bytes_[at_])) at_++;
  }
  return true;
}

bool JsonReader::word(const FlashText* expected) {
  const size_t n = flash_length(expected);
  if (length_ - at_ < n || !equals(bytes_ + at_, n, expected)) return false;
  at_ += n;
  return true;
}

bool JsonReader::value(uint8_t depth) {
  space();
  if (at_ >= length_) return false;
  switch (bytes_[at_]) {
    case '"': return string();
    case '{': return object(static_cast<uint8_t>(depth + 1));
    case '[': return list(static_cast<uint8_t>(depth + 1));
    case 't': return word(F_("true"));
    case 'f': return word(F_("false"));
    case 'n': return word(F_("null"));
    default: return number();
  }
}

bool JsonReader::list(uint8_t depth) {
  if (depth > DEPTH || !take('[')) return false;
  if (take(']')) return true;
  do {
    if (!value(depth)) return false;
  } while (take(','));
  return take(']');
}

bool JsonReader::object(uint8_t depth) {
  if (depth > DEPTH || !take('{')) return false;
  if (take('}')) return true;
  do {
    space();
    const size_t key = at_ + 1;
    if (!string()) return false;
    const size_t key_end = at_ - 1;
    if (!take(':')) return false;
    space();
    const size_t start = at_;
    if (!value(depth)) return false;
    if (depth) continue;
    if (count_ == MOST) return false;
    for (uint8_t i = 0; i < count_; i++) {
      if (members_[i].key_length != key_end - key) continue;
      size_t same = 0;
      while (same < key_end - key && bytes_[members_[i].key + same] == bytes_[key + same]) same++;
      if (same == key_end - key) return false;
    }
    Member& member = members_[count_++];
    member.key = static_cast<uint16_t>(key);
    member.key_length = static_cast<uint16_t>(key_end - key);
    member.value = static_cast<uint16_t>(start);
    member.value_length = static_cast<uint16_t>(at_ - start);
  } while (take(','));
  return take('}');
}

const JsonReader::Member* JsonReader::find(const FlashText* name) const {
  for (uint8_t i = 0; i < count_; i++)
    if (equals(bytes_ + members_[i].key, members_[i].key_length, name)) return &members_[i];
  return nullptr;
}

static uint8_t hex_value(char c) {
  if (digit(c)) return static_cast<uint8_t>(c - '0');
  return static_cast<uint8_t>((c | 0x20) - 'a' + 10);
}

bool JsonReader::text(const FlashText* name, char* out, size_t room) const {
  const Member* m = find(name);
  if (!m || bytes_[m->value] != '"') return false;
  size_t n = 0;
  for (const char *at = bytes_ + m->value + 1, *end = bytes_ + m->value + m->value_length - 1; at < end; at++) {
    char c = *at;
    if (c == '\\') {
      c = *++at;
      if (c == 'u') {
        if (at[1] != '0' || at[2] != '0') return false;
        c = static_cast<char>(hex_value(at[3]) << 4 | hex_value(at[4]));
        at += 4;
      } else if (c != '"' && c != '\\' && c != '/') {
        return false;
      }
    }
    if (static_cast<uint8_t>(c) < 0x20 || static_cast<uint8_t>(c) > 0x7E || n + 1 >= room) return false;
    out[n++] = c;
  }
  out[n] = 0;
  return true;
}

bool JsonReader::boolean(const FlashText* name, bool* out) const {
  const Member* m = find(name);
  if (!m || (bytes_[m->value] != 't' && bytes_[m->value] != 'f')) return false;
  *out = bytes_[m->value] == 't';
  return true;
}

bool JsonReader::natural(const FlashText* name, uint32_t most, uint32_t* out) const {
  const Member* m = find(name);
  if (!m || !digit(bytes_[m->value])) return false;
  uint32_t sum = 0;
  bool fraction = false;
  for (size_t i = 0; i < m->value_length; i++) {
    const char c = bytes_[m->value + i];
    if (c == '.' && !fraction) {
      fraction = true;
    } else if (!digit(c) || (fraction && c != '0')) {
      return false;
    } else if (!fraction) {
      const uint8_t d = static_cast<uint8_t>(c - '0');
      if (sum > (0xFFFFFFFFu - d) / 10) return false;
      sum = sum * 10 + d;
    }
  }
  if (sum > most) return false;
  *out = sum;
  return true;
}

bool JsonReader::decimal(const FlashText* name, uint8_t decimals, int32_t* out) const {
  const Member* m = find(name);
  return m && parse_decimal(bytes_ + m->value, m->value_length, decimals, out);
}

bool JsonReader::text_or_number(const FlashText* name, char* out, size_t room) const {
  const Member* m = find(name);
  if (!m) return false;
  const char first = bytes_[m->value];
  if (first == '"') return text(name, out, room);
  if ((!digit(first) && first != '-') || m->value_length + 1u > room) return false;
  for (size_t i = 0; i < m->value_length; i++) out[i] = bytes_[m->value + i];
  out[m->value_length] = 0;
  return true;
}

bool parse_decimal(const char* text, size_t length, uint8_t decimals, int32_t* out) {
  size_t at = 0;
  const bool negative = length && text[0] == '-';
  if (negative) at++;
  if (at >= length || !digit(text[at])) return false;
  int64_t sum = 0;
  bool fraction = false;
  for (; at < length; at++) {
    const char c = text[at];
    if (c == '.' && !fraction) {
      fraction = true;
      continue;
    }
    if (!digit(c)) return false;
    if (fraction) {
      if (!decimals) continue;
      decimals--;
    }
    sum = sum * 10 + (c - '0');
    if (sum > 0x7FFFFFFF) return false;
  }
  while (decimals--) {
    sum *= 10;
    if (sum > 0x7FFFFFFF) return false;
  }
  *out = static_cast<int32_t>(negative ? -sum : sum);
  return true;
}

}  // namespace sf
