#pragma once
#include "types.h"

namespace sf {

/** Writes text into a fixed buffer, always ended by 0. What does not fit is dropped and `full` says so. */
class Text {
 public:
  Text(char* buffer, size_t room) : data(buffer), room_(room), length(0), full(room == 0) {
    if (room) buffer[0] = 0;
  }
  Text& add(char c);
  Text& add(const char* text);
  Text& add(const FlashText* text);
  Text& add_unsigned(uint32_t value);
  Text& add_signed(int32_t value);
  /** 18512, 3 -> "18.512". */
  Text& add_decimal(int32_t value, uint8_t decimals);
  Text& add_hex(uint32_t value, uint8_t digits);
  Text& add_ip(const uint8_t* ip);
  Text& add_mac(const uint8_t* mac);
  /** Between quotes, with what JSON wants escaped. */
  Text& quoted(const char* text);
  void clear();

  char* const data;

 private:
  size_t room_;

 public:
  size_t length;
  bool full;
};

/** The members of one JSON object, written one after the other. */
class Json {
 public:
  explicit Json(Text& out) : out_(out), first_(true) { out_.add('{'); }
  /** Goes on with an object that has members already. */
  Json(Text& out, bool) : out_(out), first_(false) {}
  Text& key(const FlashText* name);
  Json& text(const FlashText* name, const char* value);
  Json& text(const FlashText* name, const FlashText* value);
  Json& number(const FlashText* name, int32_t value);
  Json& natural(const FlashText* name, uint32_t value);
  Json& decimal(const FlashText* name, int32_t value, uint8_t decimals);
  Json& boolean(const FlashText* name, bool value);
  Json& null(const FlashText* name);
  void end() { out_.add('}'); }

 private:
  Text& out_;
  bool first_;
};

}  // namespace sf
