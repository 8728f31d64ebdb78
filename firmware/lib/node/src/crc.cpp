#include "crc.h"

namespace sf {

uint16_t crc16(const void* bytes, size_t count, uint16_t crc) {
  const uint8_t* at = static_cast<const uint8_t*>(bytes);
  while (count--) {
    uint8_t x = static_cast<uint8_t>((crc >> 8) ^ *at++);
    x ^= x >> 4;
    crc = static_cast<uint16_t>((crc << 8) ^ (static_cast<uint16_t>(x) << 12) ^ (static_cast<uint16_t>(x) << 5) ^ x);
  }
  return crc;
}

}  // namespace sf
