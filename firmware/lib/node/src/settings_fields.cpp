#include "settings_fields.h"
#include "json_reader.h"
#include <string.h>

namespace sf {

enum Kind : uint8_t { HOUSE, KEY, HUB, ROOT, OWN_IP, IP, MAC, NUMBER, CHOICE };

struct Field {
  char name[24];
  Kind kind;
  uint8_t size;  // bytes of a number
  uint8_t decimals;
  uint16_t at;
  int32_t least, most;  // scaled by decimals
  char words[20];       // "off|on" of a choice
};

#define AT(member) static_cast<uint16_t>(offsetof(Settings, member))
#define TEXT(name, kind, member) {name, kind, 0, 0, AT(member), 0, 0, ""}
#define NUM(name, member, type, decimals, least, most) {name, NUMBER, sizeof(type), decimals, AT(member), least, most, ""}
#define CHOOSE(name, member, words) {name, CHOICE, 1, 0, AT(member), 0, 1, words}

static const Field FIELDS[] SF_FLASH = {
    TEXT("casa", HOUSE, house),
    TEXT("chiave", KEY, key),
    TEXT("hub", HUB, hub),
    NUM("porta", port, uint16_t, 0, 1, 65535),
    TEXT("radice", ROOT, root),
    TEXT("ip", OWN_IP, ip),
    TEXT("gateway", IP, gateway),
    TEXT("dns", IP, dns),
    TEXT("mac", MAC, mac),
    NUM("nominale_v", nominal_v, uint16_t, 0, 100, 260),
    NUM("periodo_s", period_s, uint8_t, 0, 5, 60),
    CHOOSE("rele_attivo", relays_active_low, "alto|basso"),
    CHOOSE("canale0", channels[0].fitted, "spento|attivo"),
    CHOOSE("canale1", channels[1].fitted, "spento|attivo"),
    NUM("ct0_a", channels[0].ct_a, uint16_t, 0, 5, 200),
    NUM("ct1_a", channels[1].ct_a, uint16_t, 0, 5, 200),
    NUM("ct0_mv", channels[0].ct_mv, uint16_t, 0, 50, 1650),
    NUM("ct1_mv", channels[1].ct_mv, uint16_t, 0, 50, 1650),
    NUM("guadagno0", channels[0].gain_e4, uint32_t, 4, 5000, 20000),
    NUM("guadagno1", channels[1].gain_e4, uint32_t, 4, 5000, 20000),
    NUM("zero0", channels[0].zero_e3, uint32_t, 3, 0, 50000),
    NUM("zero1", channels[1].zero_e3, uint32_t, 3, 0, 50000),
    NUM("soglia0_w", channels[0].threshold_w, uint16_t, 0, 0, 200),
    NUM("soglia1_w", channels[1].threshold_w, uint16_t, 0, 0, 200),
    CHOOSE("ntc", ntc_fitted, "nessuno|montato"),
    NUM("ntc_beta", ntc_beta, uint16_t, 0, 2000, 5000),
    CHOOSE("valvola", valve_fitted, "nessuna|montata"),
    NUM("pulizia_max_s", wash_max_s, uint16_t, 0, 5, 600),
    NUM("pulizia_intervallo_s", wash_interval_s, uint32_t, 0, 0, 2592000),
    NUM("pulizia_gelo_c", frost_c, int8_t, 0, 0, 15),
    NUM("pulizia_caldo_c", heat_c, int8_t, 0, 15, 80),
};

uint8_t field_count() { return sizeof FIELDS / sizeof FIELDS[0]; }

static int32_t number_of(const uint8_t* at, uint8_t size) {
  uint32_t value = 0;
  for (uint8_t i = 0; i < size; i++) value |= static_cast<uint32_t>(at[i]) << (8 * i);
  return static_cast<int32_t>(value);
}

static void put_number(uint8_t* at, uint8_t size, int32_t value) {
  for (uint8_t i = 0; i < size; i++) at[i] = static_cast<uint8_t>(static_cast<uint32_t>(value) >> (8 * i));
}

/** The first or second of "off|on". */
static void word(const char* words, bool second, Text& out) {
  const char* bar = strchr(words, '|');
  for (const char* at = second ? bar + 1 : words; *at && (second || at < bar); at++) out.add(*at);
}

void show_field(const Settings& s, uint8_t index, Text& name, Text& value, bool* quoted) {
  Field f;
  flash_copy(&f, &FIELDS[index], sizeof f);
  name.add(f.name);
  const uint8_t* at = reinterpret_cast<const uint8_t*>(&s) + f.at;
  *quoted = f.kind != NUMBER;
  switch (f.kind) {
    case KEY:
      if (s.key[0]) value.add(F_("impostata"));
      break;
    case HOUSE:
    case HUB:
    case ROOT: value.add(reinterpret_cast<const char*>(at)); break;
    case OWN_IP:
      if (s.dhcp) {
        value.add(F_("dhcp"));
      } else {
        value.add_ip(s.ip).add('/').add_unsigned(s.prefix);
      }
      break;
    case IP: value.add_ip(at); break;
    case MAC:
      if (at[0]) value.add_mac(at);
      break;
    case NUMBER: value.add_decimal(number_of(at, f.size), f.decimals); break;
    case CHOICE: word(f.words, at[0] != 0, value); break;
  }
}

static bool printable(const char* text, size_t least, size_t most) {
  size_t n = 0;
  for (; text[n]; n++)
    if (text[n] <= ' ' || text[n] > '~') return false;
  return n >= least && n <= most;
}

static bool host_name(const char* text) {
  if (!printable(text, 1, 47)) return false;
  for (const char* at = text; *at; at++) {
    const bool plain = (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
    const bool inside = at != text && at[1] && (*at == '.' || *at == '-');
    if (!plain && !(inside && at[-1] != '.')) return false;
  }
  return true;
}

static bool set_own_ip(Settings& s, const char* value) {
  if (equals(value, F_("dhcp"))) {
    s.dhcp = true;
    return true;
  }
  const char* slash = strchr(value, '/');
  char ip[16];
  int32_t bits;
  uint8_t parsed[4];
  if (!slash || static_cast<size_t>(slash - value) >= sizeof ip) return false;
  copy_text(ip, static_cast<size_t>(slash - value) + 1, value);
  if (!parse_ip(ip, parsed) || parsed[0] == 0 || parsed[0] > 223) return false;
  if (!parse_decimal(slash + 1, strlen(slash + 1), 0, &bits) || bits < 8 || bits > 30 || strchr(slash, '.')) return false;
  memcpy(s.ip, parsed, 4);
  s.prefix = static_cast<uint8_t>(bits);
  s.dhcp = false;
  return true;
}

static bool set_mac(uint8_t* mac, const char* value) {
  uint8_t parsed[6] = {0, 0, 0, 0, 0, 0};
  if (value[0]) {
    if (strlen(value) != 17) return false;
    for (uint8_t i = 0; i < 17; i++) {
      const char c = value[i];
      if (i % 3 == 2) {
        if (c != ':') return false;
        continue;
      }
      const uint8_t low = static_cast<uint8_t>(c | 0x20);
      uint8_t digit;
      if (c >= '0' && c <= '9') {
        digit = static_cast<uint8_t>(c - '0');
      } else if (low >= 'a' && low <= 'f') {
        digit = static_cast<uint8_t>(low - 'a' + 10);
      } else {
        return false;
      }
      parsed[i / 3] = static_cast<uint8_t>(parsed[i / 3] << 4 | digit);
    }
    if ((parsed[0] & 3) != 2) return false;
  }
  memcpy(mac, parsed, 6);
  return true;
}

static bool put_text(void* at, size_t room, const char* value, bool good) {
  if (good) copy_text(static_cast<char*>(at), room, value);
  return good;
}

static bool assign(Settings& s, const Field& f, const char* value, Text& expected) {
  uint8_t* at = reinterpret_cast<uint8_t*>(&s) + f.at;
  switch (f.kind) {
    case HOUSE:
      expected.add(F_("A-Z a-z 0-9 _ -, 1..32"));
      return put_text(at, sizeof s.house, value, valid_load_id(value));
    case KEY:
      expected.add(F_("16..64 caratteri senza spazi"));
      return put_text(at, sizeof s.key, value, printable(value, 16, 64));
    case HUB:
      expected.add(F_("indirizzo IPv4 o nome, 1..47"));
      return put_text(at, sizeof s.hub, value, host_name(value));
    case ROOT:
      expected.add(F_("A-Z a-z 0-9 _ -, 1..32"));
      return put_text(at, sizeof s.root, value, valid_id(value));
    case OWN_IP:
      expected.add(F_("dhcp o 192.168.1.50/24"));
      return set_own_ip(s, value);
    case IP: {
      expected.add(F_("indirizzo IPv4"));
      uint8_t parsed[4];
      if (!parse_ip(value, parsed)) return false;
      memcpy(at, parsed, 4);
      return true;
    }
    case MAC:
      expected.add(F_("02:5F:00:00:00:01, locale e unicast"));
      return set_mac(at, value);
    case NUMBER: {
      expected.add_decimal(f.least, f.decimals).add(F_("..")).add_decimal(f.most, f.decimals);
      int32_t number;
      if (!parse_decimal(value, strlen(value), f.decimals, &number) || number < f.least || number > f.most) return false;
      put_number(at, f.size, number);
      return true;
    }
    case CHOICE: {
      for (uint8_t i = 0; i < 2; i++) {
        char choice[16];
        Text text(choice, sizeof choice);
        word(f.words, i == 1, text);
        expected.add(choice).add(i ? "" : " o ");
        if (strcmp(choice, value) != 0) continue;
        at[0] = i;
        return true;
      }
    }
  }
  return false;
}

FieldOutcome set_field(Settings& s, const char* name, const char* value, Text& expected) {
  for (uint8_t i = 0; i < field_count(); i++) {
    Field f;
    flash_copy(&f, &FIELDS[i], sizeof f);
    if (strcmp(f.name, name) == 0) return assign(s, f, value, expected) ? FIELD_SET : FIELD_WRONG;
  }
  return FIELD_UNKNOWN;
}

}  // namespace sf
