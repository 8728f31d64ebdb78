#include "refusal.h"

namespace sf {

const FlashText* refusal_code(Refusal refusal) {
  switch (refusal) {
    case ACCEPTED: return F_("ok");
    case EXPIRED: return F_("scaduto");
    case OTHER_BOOT: return F_("boot");
    case UNKNOWN_LOAD: return F_("carico_sconosciuto");
    case MIN_OFF: return F_("min_off");
    case MAX_ON: return F_("max_on");
    case WALL_SWITCH: return F_("interruttore");
    case STARTS: return F_("avvii");
    case FROST: return F_("gelo");
    case HEAT: return F_("caldo");
    case INTERVAL: return F_("intervallo");
    case NO_SENSOR: return F_("sensore_assente");
    case NO_ACTUATOR: return F_("attuatore_assente");
    case BAD_FORMAT: break;
  }
  return F_("formato");
}

}  // namespace sf
