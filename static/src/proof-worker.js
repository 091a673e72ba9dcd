// The search of a proof of work, beside the page so that typing stays smooth.
import "altcha/workers/pbkdf2";
