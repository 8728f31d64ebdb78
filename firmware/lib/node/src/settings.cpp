#include "settings.h"
#include "crc.h"
#include <string.h>

namespace sf {

void default_settings(Settings& s) {
  memset(&s, 0, sizeof s);
  s.version = SETTINGS_VERSION;
  strcpy(s.root, "comunita");
  s.port = 1883;
  s.dhcp = true;
  s.prefix = 24;
  s.nominal_v = 230;
  s.period_s = 10;
  s.ntc_beta = 3950;
  s.wash_max_s = 120;
  s.wash_interval_s = 72000;
  s.frost_c = 3;
  s.heat_c = 40;
  for (uint8_t i = 0; i <= CHANNELS; i++) {
    ChannelSettings& c = s.channels[i];
    c.fitted = i < CHANNELS;
    c.ct_a = 30;
    c.ct_mv = 1000;
    c.threshold_w = 10;
    c.gain_e4 = 10000;
    c.zero_e3 = 83;
  }
  for (uint8_t i = 0; i < LOADS; i++) s.loads[i].hold_s = 7200;
}

uint16_t settings_crc(const Settings& s) { return crc16(&s, offsetof(Settings, crc)); }

uint16_t settings_place(uint32_t sequence) { return sequence & 1 ? SETTINGS_B : SETTINGS_A; }

/** Checks the copy at `place` without taking it into memory; its sequence number, 0 where it is not valid. */
static uint32_t examine(Eeprom& eeprom, uint16_t place) {
  uint16_t version, stored, crc = CRC_START;
  uint32_t sequence;
  eeprom_read(eeprom, static_cast<uint16_t>(place + offsetof(Settings, version)), &version, sizeof version);
  eeprom_read(eeprom, static_cast<uint16_t>(place + offsetof(Settings, sequence)), &sequence, sizeof sequence);
  eeprom_read(eeprom, static_cast<uint16_t>(place + offsetof(Settings, crc)), &stored, sizeof stored);
  for (uint16_t i = 0; i < offsetof(Settings, crc); i++) {
    const uint8_t byte = eeprom.read(static_cast<uint16_t>(place + i));
    crc = crc16(&byte, 1, crc);
  }
  return version == SETTINGS_VERSION && stored == crc && settings_place(sequence) == place ? sequence : 0;
}

bool load_settings(Eeprom& eeprom, Settings* out) {
  const uint32_t a = examine(eeprom, SETTINGS_A), b = examine(eeprom, SETTINGS_B);
  if (!a && !b) {
    default_settings(*out);
    return false;
  }
  eeprom_read(eeprom, a > b ? SETTINGS_A : SETTINGS_B, out, sizeof *out);
  return true;
}

bool settings_stored(Eeprom& eeprom) { return examine(eeprom, SETTINGS_A) || examine(eeprom, SETTINGS_B); }

bool valid_id(const char* id) {
  size_t n = 0;
  for (; id[n]; n++) {
    const char c = id[n];
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alphanumeric && (n == 0 || (c != '_' && c != '-'))) return false;
  }
  return n > 0 && n <= ID_LENGTH;
}

bool valid_load_id(const char* id) {
  return valid_id(id) && !equals(id, F_("rete")) && !equals(id, F_("altri")) && !equals(id, F_("benchmark"));
}

bool parse_ip(const char* text, uint8_t* out) {
  for (uint8_t i = 0; i < 4; i++) {
    if (*text < '0' || *text > '9') return false;
    uint16_t part = 0;
    while (*text >= '0' && *text <= '9') {
      part = static_cast<uint16_t>(part * 10 + (*text++ - '0'));
      if (part > 255) return false;
    }
    out[i] = static_cast<uint8_t>(part);
    if (*text != (i < 3 ? '.' : 0)) return false;
    if (i < 3) text++;
  }
  return true;
}

bool provisioned(const Settings& s) { return s.house[0] && s.key[0] && s.hub[0]; }

}  // namespace sf
