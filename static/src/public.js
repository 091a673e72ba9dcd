// Every public page: the way out first, then what helps with forms. Each works on; none is needed.
import "./_exit.js";
import "./_draft.js";
import "./_proof.js";
import "./_zone.js";
