#pragma once
#include "types.h"

namespace sf {

const uint16_t CRC_START = 0xFFFF;

/** CRC-16/CCITT-FALSE: of "123456789" it is 0x29B1. */
uint16_t crc16(const void* bytes, size_t count, uint16_t crc = CRC_START);

}  // namespace sf
