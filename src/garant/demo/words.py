"""The words the demo's people are made of: common names, invented towns and firms.

Nobody here exists. Telephone numbers come from the ranges that the French numbering plan
keeps for fiction (ARCEP decision 2018-0881), e-mail domains from ``.example``
(RFC 2606), towns and firms from nowhere.
"""

from __future__ import annotations

from typing import Final

_WOMEN: Final = (
    "Adèle Agathe Aïcha Alice Amandine Amina Anaïs Anne-Sophie Apolline Aurélie Béatrice Camille "
    "Capucine Caroline Cécile Chantal Charlotte Claire Clémence Coralie Delphine Élise Élodie "
    "Émilie Fanny Fatou Florence Françoise Gaëlle Hélène Inès Isabelle Jeanne Joséphine Julie "
    "Justine Karine Laëtitia Laure Léa Lise Louise Lucie Maëlle Manon Margaux Marie-Claude Maryam "
    "Mathilde Maud Mélanie Monique Nadège Nathalie Noémie Océane Odile Ophélie Pauline Perrine "
    "Rachida Romane Rose Sabine Salomé Sandrine Sarah Séverine Solène Sophie Sylvie Thérèse "
    "Valentine Véronique Victoire Violette Yasmine Yvette Zoé"
)
_MEN: Final = (
    "Adrien Alain Alexandre Alexis Amadou Antoine Armand Arnaud Arthur Aurélien Bastien Benoît "
    "Bernard Bertrand Bruno Cédric Christophe Clément Cyril Damien Daniel David Didier Édouard Éric "
    "Étienne Fabien Félix Florian François Gabriel Gaël Gaspard Gérard Gilles Grégoire Guillaume "
    "Henri Hugo Ibrahim Jacques Jean-Marc Jérémie Jérôme Joël Jules Julien Karim Kévin Laurent "
    "Léo Loïc Louis Lucas Luc Marc Martin Mathieu Maxime Mehdi Michel Moussa Nicolas Noël Olivier "
    "Pascal Patrick Paul Philippe Pierre Quentin Raphaël Régis Rémi Robin Romain Samuel Sébastien "
    "Serge Simon Stéphane Sylvain Théo Thibault Thomas Tristan Vincent Xavier Yann Yves Zacharie"
)
_FAMILIES: Final = (
    "Abadie Albert André Antoine Arnaud Aubert Aubry Bailly Barbier Baron Barre Barthélemy Baudet "
    "Béchet Benali Berger Bernard Bertin Besnard Blanchard Bodin Boisseau Bonnet Bouchet Boucher "
    "Boulanger Bourdon Bourgeois Boutin Boyer Breton Briand Brunet Camara Carlier Caron Carpentier "
    "Chapelle Charpentier Chauveau Chevalier Clerc Colas Collet Cordier Coulon Cousin Da-Silva "
    "Daniel David Delaunay Delmas Deschamps Diallo Didier Diop Dubois Duchêne Dumas Dumont Dupuis "
    "Durand Duval Etienne Faivre Faure Fernandez Ferrand Fischer Fleury Fontaine Forestier Fournier "
    "François Gaillard Garnier Gauthier Germain Gilbert Girard Godard Gomez Gonçalves Grandjean "
    "Granger Grégoire Gros Guérin Guichard Guillot Guyot Hamel Hébert Henry Hoarau Hubert Huet "
    "Humbert Imbert Jacob Jacquet Joly Jourdan Julien Klein Lacroix Lagarde Lambert Langlois "
    "Lamy Laporte Laroche Lebrun Leclerc Lecomte Lefort Léger Lemaire Lemoine Lenoir Leroux "
    "Lévêque Lopez Louis Lucas Mahé Maillard Marchand Maréchal Marion Martel Marty Masson Mathieu "
    "Ménard Mercier Meunier Meyer Michaud Millet Monnier Morel Morin Moulin Navarro Nguyen Noël "
    "Olivier Pages Paris Pascal Pasquier Paul Pelletier Perret Perrier Petitjean Picard Pichon "
    "Poirier Pons Poulain Prévost Raynaud Regnier Renard Renault Rey Richard Rivière Robin Roche "
    "Rolland Rossi Rousseau Roussel Roux Roy Royer Sabatier Salmon Sanchez Schmitt Seguin Simon "
    "Tanguy Tessier Thibault Thomas Tournier Traoré Valentin Vallée Vasseur Verdier Vidal Vincent "
    "Voisin Weber Weiss"
)

WOMEN: Final = tuple(_WOMEN.split())
MEN: Final = tuple(_MEN.split())
FAMILIES: Final = (
    *_FAMILIES.split(),
    "O'Brien", "D'Angelo", "N'Guessan", "L'Hermite", "Le Goff", "Le Gall", "de La Tour",
)  # fmt: skip

ODD_NAMES: Final = (
    ("Zoé 🌻", "Marchand"),
    ('Jean "Jeannot"', "Dupuis"),
    ("Robert'); --", "L'Hermite"),
    ("Ève; Anne", "Le Goff"),
    ("Łukasz", "Wiśniewski"),
    ("美咲", "Tanaka"),
    ("Null", "Personne"),
    ("Marie‑Ange\u00a0", "D’Angelo"),
)
"""Names that break careless programs; a few are in every system."""

TOWNS: Final = (
    ("Saint-Aubin-les-Vignes", "69"), ("Montfleury-sur-Ardre", "38"), ("Valbrune", "26"),
    ("Castelroc", "31"), ("Beaumarais-Plage", "17"), ("Port-Lannec", "56"), ("Noirlac", "18"),
    ("La Roche-aux-Loups", "07"), ("Saint-Elme-d'Oze", "05"), ("Vieux-Pontier", "59"),
    ("Grandval", "67"), ("L'Isle-Perdue", "84"), ("Bourg-l'Évêque", "45"), ("Clairefont", "77"),
    ("Trémazan-le-Haut", "29"), ("Haute-Combe", "73"), ("Villeneuve-la-Douce", "33"),
    ("Saint-Rieul", "60"), ("Orgeval-le-Petit", "42"), ("Mirefleurs-le-Neuf", "63"),
)  # fmt: skip

STREETS: Final = (
    "rue des Tilleuls", "avenue de la Gare", "chemin du Moulin", "place de l'Église",
    "allée des Érables", "rue du 8-Mai", "boulevard des Écoles", "impasse du Puits",
    "quai des Mariniers", "route d'Oze", "rue de l'Ancien-Octroi", "sentier des Vergers",
)  # fmt: skip

BRAND_STARTS: Final = ("Vélo", "Tré", "Cali", "Nova", "Sol", "Ardé", "Bri", "Lumé", "Oré", "Péla")
BRAND_ENDS: Final = ("ria", "zan", "mbre", "rive", "brine", "lune", "vance", "dal", "quère", "line")

FIRM_KINDS: Final = (
    ("Cars {}", "SARL"), ("Autocars {}", "SAS"), ("Transports {} & Fils", "SARL"),
    ("Navettes {}", "SAS"), ("Régie de {}", "régie"), ("Ville de {}", "commune"),
    ("Lignes {}", "SA"), ("{} Tourisme", "SARL"),
)  # fmt: skip

JOBS: Final = (
    "responsable de parc", "chef d'exploitation", "directrice technique", "mécanicien",
    "acheteuse", "responsable de la sûreté", "gérant", "assistante de direction",
    "chargé de mission mobilité", "responsable informatique",
)  # fmt: skip

TRADES: Final = (
    "technicien de télémaintenance", "développeuse logiciel embarqué", "ingénieur d'affaires",
    "électronicienne", "chef de projet", "installateur itinérant", "comptable",
    "chargée de support",
)  # fmt: skip

DIPLOMAS: Final = (
    "BTS électronique", "licence professionnelle réseaux", "master informatique",
    "bac professionnel MELEC", "diplôme d'ingénieur", "DUT génie électrique",
)  # fmt: skip

PRODUCTS: Final = (
    ("Enregistreur embarqué 8 voies", 118_000), ("Caméra dôme antichoc", 21_500),
    ("Afficheur de destination", 64_000), ("Forfait de mise en service", 45_000),
    ("Maintenance annuelle", 89_000), ("Licence du logiciel de supervision", 132_000),
    ("Routeur embarqué 4G", 39_900), ("Déplacement d'un technicien", 18_000),
)  # fmt: skip

SUMMARIES: Final = (
    "{name} rappelle après les congés, sa fille entre au collège.",
    "Vu {name} au salon : intéressé par l'affichage, budget en mars.",
    "Échange avec {name} sur le renouvellement, très cordial 🙂",
    "{name} demande un devis pour douze véhicules.",
    "Message de {name} : « rappelez-moi lundi, je suis au dépôt ».",
    "{name} était avec son collègue M. Perrin, qui décide aussi.",
    "Point de situation avec {name} ; rien à signaler.",
    "{name} n'aime pas l'ancien écran, l'a dit deux fois.",
)

NOTES: Final = (
    "Préfère être appelé le matin. {name} est allergique aux visioconférences 😅",
    "Ne pas confondre {name} avec son frère, qui travaille chez un confrère.",
    "{name} : numéro personnel donné de vive voix, ne pas diffuser.",
    "A changé de service ; {name} reste l'interlocuteur pour les factures.",
)

TICKET_SUBJECTS: Final = (
    "Image figée, caméra avant", "Perte de l'enregistrement la nuit", "Heure décalée",
    "Extraction d'une séquence impossible", "Son absent", "Écran noir au démarrage",
)  # fmt: skip

COVER_LETTERS: Final = (
    "Madame, Monsieur, je m'appelle {name} et votre annonce m'a tout de suite parlé.",
    "Bonjour, {name}, dix ans de terrain, prêt à prendre la route demain.",
    "Passionné d'électronique depuis l'enfance, je serais heureux de vous rencontrer. {name}",
)

AUTHORS: Final = ("a.vasseur", "c.moreau", "l.tanguy", "m.diop", "p.klein")
"""Logins of the reference organisation's imaginary staff."""

PHONES: Final = ("019900", "026191", "035301", "046571", "053649")
MOBILE: Final = "063998"
"""First six digits of the ranges kept for fiction."""
