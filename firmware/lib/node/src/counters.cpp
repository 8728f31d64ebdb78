#include "counters.h"
#include "crc.h"
#include <string.h>

namespace sf {

static const uint8_t CRC_AT = COUNTER_SLOT_BYTES - 2;

static void put32(uint8_t* to, uint32_t v) {
  for (uint8_t i = 0; i < 4; i++) to[i] = static_cast<uint8_t>(v >> (8 * i));
}

static uint32_t get32(const uint8_t* from) {
  return from[0] | static_cast<uint32_t>(from[1]) << 8 | static_cast<uint32_t>(from[2]) << 16 |
         static_cast<uint32_t>(from[3]) << 24;
}

static uint16_t slot_at(uint32_t sequence) {
  return static_cast<uint16_t>(COUNTERS_AT + sequence % COUNTER_SLOTS * COUNTER_SLOT_BYTES);
}

Persistent CounterStore::load(Eeprom& eeprom) {
  Persistent newest;
  memset(&newest, 0, sizeof newest);
  sequence_ = 0;
  for (uint8_t i = 0; i < COUNTER_SLOTS; i++) {
    uint8_t r[COUNTER_SLOT_BYTES];
    eeprom_read(eeprom, slot_at(i), r, sizeof r);
    const uint32_t sequence = get32(r);
    const uint16_t crc = static_cast<uint16_t>(r[CRC_AT] | r[CRC_AT + 1] << 8);
    if (crc != crc16(r, CRC_AT) || sequence % COUNTER_SLOTS != i || sequence < sequence_ || sequence == 0) continue;
    sequence_ = sequence;
    newest.boot = get32(r + 4);
    newest.energy.produced = get32(r + 8);
    newest.energy.consumed = get32(r + 12);
    newest.energy.imported = get32(r + 16);
    newest.energy.exported = get32(r + 20);
    newest.wash_locked_s = get32(r + 24);
    newest.watchdog_resets = static_cast<uint16_t>(r[28] | r[29] << 8);
  }
  return newest;
}

bool CounterStore::save(const Persistent& v) {
  if (writer_.busy()) return false;
  sequence_++;
  put32(record_, sequence_);
  put32(record_ + 4, v.boot);
  put32(record_ + 8, v.energy.produced);
  put32(record_ + 12, v.energy.consumed);
  put32(record_ + 16, v.energy.imported);
  put32(record_ + 20, v.energy.exported);
  put32(record_ + 24, v.wash_locked_s);
  record_[28] = static_cast<uint8_t>(v.watchdog_resets);
  record_[29] = static_cast<uint8_t>(v.watchdog_resets >> 8);
  const uint16_t crc = crc16(record_, CRC_AT);
  record_[CRC_AT] = static_cast<uint8_t>(crc);
  record_[CRC_AT + 1] = static_cast<uint8_t>(crc >> 8);
  return writer_.start(slot_at(sequence_), record_, sizeof record_);
}

}  // namespace sf
