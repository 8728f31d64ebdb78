#pragma once
#include "types.h"

namespace sf {

// The 4,096 bytes of an ATmega2560. A cell bears 100,000 writes.
const uint16_t SETTINGS_A = 0;
const uint16_t SETTINGS_B = 768;
const uint16_t SETTINGS_ROOM = 768;
const uint16_t EVENTS_AT = 1536;
const uint8_t EVENTS_KEPT = 32;
const uint16_t COUNTERS_AT = 2048;
const uint8_t COUNTER_SLOTS = 64;
const uint8_t COUNTER_SLOT_BYTES = 32;

class Eeprom {
 public:
  virtual uint8_t read(uint16_t at) = 0;
  /** False while the last byte is being written (3.3 ms). */
  virtual bool ready() = 0;
  virtual void write(uint16_t at, uint8_t byte) = 0;

 protected:
  ~Eeprom() {}
};

void eeprom_read(Eeprom& eeprom, uint16_t at, void* to, uint16_t count);
bool eeprom_same(Eeprom& eeprom, uint16_t at, const void* as, uint16_t count);

/** Copies memory to EEPROM a byte at a time, only bytes that differ, so that nothing ever waits for it. One job at a time. */
class EepromWriter {
 public:
  explicit EepromWriter(Eeprom& eeprom) : eeprom_(eeprom), from_(nullptr), at_(0), left_(0) {}
  bool busy() const { return left_ != 0; }
  /** `from` must stay as it is until `busy` is false. Refused while busy. */
  bool start(uint16_t at, const void* from, uint16_t count);
  void step();
  /** At start and before a reset, where waiting does no harm. */
  void finish() {
    while (busy()) step();
  }

 private:
  Eeprom& eeprom_;
  const uint8_t* from_;
  uint16_t at_, left_;
};

}  // namespace sf
