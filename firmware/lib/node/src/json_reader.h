#pragma once
#include "types.h"

namespace sf {

/**
 * The members of one JSON object inside a buffer, which must outlive it. Values that are objects or lists are
 * checked and can be asked for nothing. Refuses what is not JSON, a member named twice, more than 16 members.
 */
class JsonReader {
 public:
  bool parse(const char* bytes, size_t length);

  bool has(const FlashText* name) const { return find(name) != nullptr; }
  /** False where it is missing, no string, longer than `room - 1` or holds anything but printable ASCII. */
  bool text(const FlashText* name, char* out, size_t room) const;
  bool boolean(const FlashText* name, bool* out) const;
  /** A whole number, "180" or "180.0". False where it is missing, no such number, or outside. */
  bool natural(const FlashText* name, uint32_t most, uint32_t* out) const;
  /** A number times 10^`decimals`, further digits cut off; |value| < 2^31 after scaling. No exponents. */
  bool decimal(const FlashText* name, uint8_t decimals, int32_t* out) const;
  /** A string, or a number as it was written. */
  bool text_or_number(const FlashText* name, char* out, size_t room) const;

 private:
  static const uint8_t MOST = 16;
  static const uint8_t DEPTH = 6;
  struct Member {
    uint16_t key, key_length, value, value_length;
  };
  Member members_[MOST];
  uint8_t count_;
  const char* bytes_;
  size_t length_;
  size_t at_;

  const Member* find(const FlashText* name) const;
  bool space();
  bool take(char c);
  bool string();
  bool number();
  bool word(const FlashText* expected);
  bool value(uint8_t depth);
  bool list(uint8_t depth);
  bool object(uint8_t depth);
};

/** "18.5" with 3 decimals -> 18500. */
bool parse_decimal(const char* text, size_t length, uint8_t decimals, int32_t* out);

}  // namespace sf
