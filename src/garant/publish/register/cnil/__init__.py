"""The CNIL's simplified register template, both ways.

Source: cnil.fr, `registre-traitement-simplifie.ods` (July 2019, seen in 2026). The template speaks French, knows the
controller's register alone, and has no field for the legal basis, the source of data or processor sheets: what it
cannot hold stands in one more sheet, called Garant.
"""
