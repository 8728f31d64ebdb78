#pragma once
#include "eeprom.h"

namespace sf {

enum WallSwitch : uint8_t { NO_SWITCH, LEVER, BUTTON };

/** A load of relay output 1..4; its `id` is empty where there is none. */
struct LoadSettings {
  char id[ID_LENGTH + 1];
  bool rest_on;  // the relay at rest: the appliance runs on its own thermostat
  bool program;  // leases up to 4 hours
  uint8_t wall;  // WallSwitch
  uint8_t starts_per_hour;
  uint16_t min_on_s, min_off_s;
  uint32_t max_on_s;  // 0 = none
  uint32_t hold_s;    // how long a push of the button holds
};

struct ChannelSettings {
  bool fitted;
  uint16_t ct_a, ct_mv;     // rated current, A rms; voltage at it, mV rms
  uint16_t threshold_w;     // under this it reads 0
  uint32_t gain_e4;         // 10000 = 1
  uint32_t zero_e3;         // noise, thousandths of a count squared
  uint32_t bandgap_q8;      // counts * 256 of the 1.1 V reference at calibration; 0 = never calibrated
  int16_t phase_e2;         // hundredths of a degree; for the voltage channel to come
};

struct Settings {
  uint16_t version;
  uint32_t sequence;
  char house[ID_LENGTH + 1];
  char key[65];
  char hub[48];
  char root[ID_LENGTH + 1];
  uint16_t port;
  uint8_t mac[6];
  bool dhcp;
  uint8_t prefix;
  uint8_t ip[4], gateway[4], dns[4];
  uint16_t nominal_v;
  uint8_t period_s;
  bool relays_active_low;
  bool ntc_fitted, valve_fitted;
  uint16_t ntc_beta;
  uint16_t wash_max_s;
  uint32_t wash_interval_s;
  int8_t frost_c, heat_c;
  ChannelSettings channels[CHANNELS + 1];  // the third is kept for a voltage channel
  LoadSettings loads[LOADS];
  uint16_t crc;
};

static_assert(sizeof(Settings) <= SETTINGS_ROOM, "settings must fit their place in the EEPROM");

const uint16_t SETTINGS_VERSION = 1;

/** In place: two of them on the stack would not fit there. */
void default_settings(Settings& settings);
uint16_t settings_crc(const Settings& settings);

/** The newer of the two valid copies into `out`; false, and the defaults, where there is none. */
bool load_settings(Eeprom& eeprom, Settings* out);
/** Whether a valid copy is there. */
bool settings_stored(Eeprom& eeprom);
/** Where the copy with this sequence number belongs: they alternate, so that a torn write leaves the other. */
uint16_t settings_place(uint32_t sequence);

bool valid_id(const char* id);
/** An id that a load may bear. */
bool valid_load_id(const char* id);
bool parse_ip(const char* text, uint8_t* out);
/** All that it takes to connect. */
bool provisioned(const Settings& settings);

}  // namespace sf
