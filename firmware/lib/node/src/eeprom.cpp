#include "eeprom.h"

namespace sf {

void eeprom_read(Eeprom& eeprom, uint16_t at, void* to, uint16_t count) {
  for (uint16_t i = 0; i < count; i++) static_cast<uint8_t*>(to)[i] = eeprom.read(static_cast<uint16_t>(at + i));
}

bool eeprom_same(Eeprom& eeprom, uint16_t at, const void* as, uint16_t count) {
  for (uint16_t i = 0; i < count; i++)
    if (eeprom.read(static_cast<uint16_t>(at + i)) != static_cast<const uint8_t*>(as)[i]) return false;
  return true;
}

bool EepromWriter::start(uint16_t at, const void* from, uint16_t count) {
  if (busy()) return false;
  from_ = static_cast<const uint8_t*>(from);
  at_ = at;
  left_ = count;
  return true;
}

void EepromWriter::step() {
  if (!eeprom_.ready()) return;
  for (uint8_t looked = 0; left_ && looked < 32; looked++) {
    const uint8_t byte = *from_++;
    const uint16_t at = at_++;
    left_--;
    if (eeprom_.read(at) == byte) continue;
    eeprom_.write(at, byte);
    return;
  }
}

}  // namespace sf
