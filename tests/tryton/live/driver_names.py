"""Who lives in the live test: said here once, read in Tryton’s environment and in ours."""

PEOPLE = {
    "prospect": "Solange Perdue-Devue",
    "living-prospect": "Vivien Présent-Ici",
    "customer": "Armand Révolu-Parti",
    "invoiced": "Bérénice Retenue-Longtemps",
    "living-customer": "Claire Cliente-Fidèle",
}
