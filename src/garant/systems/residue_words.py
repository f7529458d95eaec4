"""The places where a value may remain, why, until when, and what was cleaned: keys to words.

Receipts hold the keys. Each reason says what ends it: a setting, a command, an event of the store.
"""

from __future__ import annotations

from typing import Final

from garant.policy.text import Text

PLACES: Final = {
    "system": Text(fr="le système", en="the system"),
    "sqlite-file": Text(fr="le fichier de la base", en="the database file"),
    "sqlite-wal": Text(fr="le journal d’écriture anticipée (-wal)", en="the write-ahead log (-wal)"),
    "sqlite-journal": Text(fr="le journal d’annulation (-journal)", en="the rollback journal (-journal)"),
    "pg-table": Text(fr="table", en="table"),
    "pg-index": Text(fr="index de", en="index of"),
    "pg-toast": Text(fr="valeurs longues de", en="long values of"),
    "pg-statistics": Text(fr="statistiques de la base", en="statistics of the database"),
    "pg-other": Text(fr="autres fichiers de la base", en="other files of the database"),
    "pg-wal": Text(fr="journal de PostgreSQL (pg_wal)", en="PostgreSQL’s log (pg_wal)"),
    "pg-log": Text(fr="journal du serveur", en="server log"),
    "pg-archive": Text(fr="archives du journal (archive_mode)", en="archived log (archive_mode)"),
    "pg-replica": Text(fr="serveurs qui suivent celui-ci", en="servers that follow this one"),
    "maria-table": Text(fr="table", en="table"),
    "maria-system": Text(fr="espace commun d’InnoDB (ibdata1)", en="InnoDB’s shared space (ibdata1)"),
    "maria-undo": Text(fr="journal d’annulation d’InnoDB", en="InnoDB’s undo log"),
    "maria-redo": Text(fr="journal de reprise (redo)", en="redo log"),
    "maria-temp": Text(fr="espace temporaire d’InnoDB", en="InnoDB’s temporary space"),
    "maria-statistics": Text(fr="statistiques de la base", en="statistics of the database"),
    "maria-other": Text(fr="autres fichiers de la base", en="other files of the database"),
    "maria-binlog": Text(fr="journaux binaires", en="binary logs"),
    "maria-log": Text(fr="journal du serveur", en="server log"),
    "maria-replica": Text(fr="serveurs qui suivent celui-ci", en="servers that follow this one"),
    "copy-backup": Text(fr="la sauvegarde", en="the backup"),
    "copy-replica": Text(fr="la réplique", en="the replica"),
    "copy-extract": Text(fr="l’extraction", en="the extract"),
    "copy-log": Text(fr="le journal", en="the log"),
}
"""Where."""

REASONS: Final = {
    "time": Text(
        fr="le temps alloué n’a pas suffi pour tout lire", en="there was not enough time to read it all"
    ),
    "no-bytes": Text(
        fr="Garant ne peut pas lire les octets de ce système",
        en="Garant cannot read the bytes of this system",
    ),
    "refused": Text(fr="le système a refusé la recherche", en="the system refused the search"),
    "key-lost": Text(
        fr="la clé des valeurs à chercher n’est plus sur cette machine",
        en="the key of the values to search for is no longer on this machine",
    ),
    "readers": Text(
        fr="un lecteur retient le journal ; il se vide à la prochaine écriture sans lecteur",
        en="a reader holds the log; it is emptied by the next checkpoint without readers",
    ),
    "vacuum-full": Text(
        fr="lignes mortes ; --clean full réécrit la table (VACUUM FULL)",
        en="dead rows; --clean full rewrites the table (VACUUM FULL)",
    ),
    "vacuum-full-other": Text(
        fr="lignes mortes d’avant ; tapez VACUUM FULL sur cette table",
        en="dead rows of before; run VACUUM FULL on this table",
    ),
    "pg-statistics": Text(
        fr="anciennes statistiques ; --clean full les réécrit avec les droits de superutilisateur",
        en="old statistics; --clean full rewrites them, as superuser",
    ),
    "pg-other": Text(
        fr="fichiers sans table connue ; ils partent avec elle ou au redémarrage",
        en="files without a known table; they go with it or at a restart",
    ),
    "wal": Text(
        fr="jusqu’à ce que l’activité du serveur les réécrive ; --clean full les retire (superutilisateur)",
        en="until the server’s activity overwrites them; --clean full removes them (superuser)",
    ),
    "wal-archive": Text(
        fr="le serveur archive son journal : les segments partent quand ils sont archivés et réécrits",
        en="the server archives its log: segments go once archived and overwritten",
    ),
    "wal-slots": Text(
        fr="un abonné (replication slot) retient les segments ; ils partent quand il les a lus",
        en="a replication slot holds the segments; they go once it has read them",
    ),
    "wal-compressed": Text(
        fr="journal compressé (wal_compression) : une valeur ne s’y cherche pas",
        en="compressed log (wal_compression): no value can be searched for in it",
    ),
    "no-files": Text(
        fr="il faut lire les fichiers du serveur, et il est ailleurs ou fermé",
        en="needs the server’s files, which are elsewhere or closed",
    ),
    "rebuild": Text(
        fr="lignes mortes ; --clean full réécrit la table (ALTER TABLE … FORCE)",
        en="dead rows; --clean full rewrites the table (ALTER TABLE … FORCE)",
    ),
    "rebuild-other": Text(
        fr="lignes mortes d’avant ; tapez ALTER TABLE … FORCE sur cette table",
        en="dead rows of before; run ALTER TABLE … FORCE on this table",
    ),
    "maria-system": Text(
        fr="anciennes versions des lignes ; --clean full les efface, ou l’activité du serveur",
        en="old versions of rows; --clean full wipes them, or the server’s activity",
    ),
    "maria-undo": Text(
        fr="anciennes versions des lignes ; --clean full les efface, ou l’activité du serveur",
        en="old versions of rows; --clean full wipes them, or the server’s activity",
    ),
    "maria-redo": Text(
        fr="journal circulaire, réécrit par l’activité du serveur ; --clean full le renouvelle (MariaDB 10.9)",
        en="circular log, overwritten by the server’s activity; --clean full renews it (MariaDB 10.9)",
    ),
    "maria-temp": Text(fr="jusqu’au redémarrage du serveur", en="until the server restarts"),
    "maria-statistics": Text(
        fr="tapez ANALYZE TABLE … PERSISTENT FOR ALL", en="run ANALYZE TABLE … PERSISTENT FOR ALL"
    ),
    "maria-other": Text(
        fr="fichiers sans table connue ; à examiner", en="files without a known table; look at them"
    ),
    "maria-log": Text(fr="jusqu’à la rotation du journal", en="until the log is rotated"),
    "binlog": Text(
        fr="jusqu’à leur purge (expire_logs_days) ; --clean full les purge",
        en="until they are purged (expire_logs_days); --clean full purges them",
    ),
    "binlog-for-ever": Text(
        fr="aucune purge n’est réglée (expire_logs_days = 0) ; --clean full les purge",
        en="no purge is set (expire_logs_days = 0); --clean full purges them",
    ),
    "compressed-log": Text(
        fr="journaux compressés : une valeur ne s’y cherche pas",
        en="compressed logs: no value can be searched for in them",
    ),
    "compressed-table": Text(
        fr="table compressée ou chiffrée : une valeur ne s’y cherche pas",
        en="compressed or encrypted table: no value can be searched for in it",
    ),
    "archive": Text(
        fr="jusqu’à la purge des archives ; déclarez leur durée dans la carte (copies)",
        en="until the archive is purged; declare how long in the map (copies)",
    ),
    "replica": Text(
        fr="elles gardent ce que garde ce serveur, au même endroit",
        en="they keep what this server keeps, in the same place",
    ),
    "compressed": Text(
        fr="valeurs compressées (TOAST) : elles ne se cherchent pas ; --clean full les réécrit",
        en="compressed values (TOAST): they cannot be searched; --clean full rewrites them",
    ),
    "no-right": Text(
        fr="il faut lire les fichiers du serveur, ou le droit pg_read_binary_file",
        en="needs the server’s files, or the right to pg_read_binary_file",
    ),
    "pg-log": Text(fr="jusqu’à la rotation du journal", en="until the log is rotated"),
    "log-elsewhere": Text(
        fr="les requêtes y sont écrites, et il est hors d’atteinte",
        en="statements are written there, and it is out of reach",
    ),
    "free-pages": Text(
        fr="pages libérées sans être réécrites (secure_delete éteint) ; --clean full les réécrit",
        en="pages freed without being overwritten (secure_delete off); --clean full rewrites them",
    ),
    "slack": Text(
        fr="restes dans des pages encore utilisées ; --clean full les réécrit",
        en="remains in pages still in use; --clean full rewrites them",
    ),
}
"""Why something is left there, or was not looked at, and what ends it."""

CLEANED: Final = {
    "wal-truncated": Text(fr="journal d’écriture anticipée vidé", en="write-ahead log emptied"),
    "wal-busy": Text(
        fr="journal d’écriture anticipée retenu par un lecteur", en="write-ahead log held by a reader"
    ),
    "journal-dropped": Text(fr="journal d’annulation supprimé", en="rollback journal deleted"),
    "journal-busy": Text(fr="journal d’annulation en cours d’usage", en="rollback journal in use"),
    "vacuumed": Text(fr="fichier réécrit (VACUUM)", en="file rewritten (VACUUM)"),
    "vacuum-refused": Text(
        fr="VACUUM refusé : base occupée ou disque plein", en="VACUUM refused: database busy or disk full"
    ),
    "vacuumed-plain": Text(fr="tables nettoyées (VACUUM ANALYZE)", en="tables cleaned (VACUUM ANALYZE)"),
    "vacuumed-full": Text(fr="tables réécrites (VACUUM FULL)", en="tables rewritten (VACUUM FULL)"),
    "vacuum-locked": Text(
        fr="une table verrouillée ou d’un autre propriétaire n’a pas été nettoyée",
        en="a table that was locked, or another owner’s, was not cleaned",
    ),
    "checkpoint": Text(fr="point de contrôle fait", en="checkpoint done"),
    "checkpoint-refused": Text(fr="point de contrôle refusé (droits)", en="checkpoint refused (rights)"),
    "wal-dropped": Text(fr="anciens segments du journal retirés", en="old segments of the log removed"),
    "wal-kept": Text(
        fr="journal gardé : archives, abonnés, ou droits manquants",
        en="log kept: archive, slots, or missing rights",
    ),
    "purged": Text(fr="anciennes lignes purgées", en="old rows purged"),
    "purge-waits": Text(fr="purge retenue par un lecteur", en="purge held back by a reader"),
    "rebuilt": Text(fr="tables réécrites (ALTER TABLE … FORCE)", en="tables rewritten (ALTER TABLE … FORCE)"),
    "rebuild-refused": Text(fr="une table n’a pas pu être réécrite", en="a table could not be rewritten"),
    "binlog-purged": Text(fr="journaux binaires purgés", en="binary logs purged"),
    "binlog-kept": Text(
        fr="journaux binaires gardés : serveurs qui suivent, ou droits",
        en="binary logs kept: servers that follow, or rights",
    ),
    "redo-renewed": Text(fr="journal de reprise renouvelé", en="redo log renewed"),
    "redo-kept": Text(
        fr="journal de reprise gardé (droits ou version)", en="redo log kept (rights or version)"
    ),
    "clean-refused": Text(fr="nettoyage refusé par le système", en="cleaning refused by the system"),
}
"""What was cleaned, or could not be."""
