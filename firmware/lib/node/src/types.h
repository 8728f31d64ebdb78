#pragma once
#include <stddef.h>
#include <stdint.h>

// Text that stays in flash on an AVR, where a plain literal is copied to the scarce RAM at start.
#ifdef __AVR__
#include <avr/pgmspace.h>
#define F_(literal) (reinterpret_cast<const ::sf::FlashText*>(PSTR(literal)))
#define SF_FLASH PROGMEM
#else
#define SF_FLASH
#define F_(literal) (reinterpret_cast<const ::sf::FlashText*>(literal))
#endif

namespace sf {

struct FlashText;

/** Milliseconds since the start: never wraps, goes on through everything but a reset. */
typedef uint64_t Millis;

const Millis SECOND = 1000;

const uint8_t ID_LENGTH = 32;   // house and load ids
const uint8_t LEASE_LENGTH = 36;  // ids of commands
const uint8_t LOADS = 4;
const uint8_t CHANNELS = 2;     // current transformers: production, consumption
const uint8_t PRODUCTION = 0;
const uint8_t CONSUMPTION = 1;

inline uint32_t seconds(Millis ms) { return static_cast<uint32_t>(ms / SECOND); }

/** Whole seconds until `end`, rounded up; 0 once it has passed. */
inline uint32_t seconds_left(Millis now, Millis end) {
  return now >= end ? 0 : static_cast<uint32_t>((end - now + SECOND - 1) / SECOND);
}

/** Two bytes as networks send them. */
inline uint16_t be16(const uint8_t* from) { return static_cast<uint16_t>(static_cast<uint16_t>(from[0]) << 8 | from[1]); }

void flash_copy(void* to, const void* from, size_t count);
char flash_char(const FlashText* text, size_t at);
size_t flash_length(const FlashText* text);
bool equals(const char* text, const FlashText* other);
bool equals(const char* text, size_t length, const FlashText* other);

/** Copies at most `room - 1` characters and ends the text. */
void copy_text(char* to, size_t room, const char* from);

}  // namespace sf
