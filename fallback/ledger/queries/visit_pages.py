"""Which pictures go with a visit into the hospital's system: pages that are one slip's alone and wait for nobody."""

from sqlite_utils import Database

from fallback.ledger.queries.pages import OPEN


def visit_pages(db: Database, number: str = "") -> dict[str, tuple[str, ...]]:
    """The pictures of every visit's pages (or of one slip's), by slip number.

    A page of two slips goes with neither: nobody may find one person in the other's record. Nor does any of a slip with
    a sealed identity. One that was destroyed here since is still named.
    """
    only = "WHERE claim.picture IN (SELECT picture FROM claim WHERE number = ?1)" if number else ""
    rows = db.execute(
        f"""WITH claim AS (SELECT picture, number FROM page_code WHERE number <> '' AND
                outcome IN ('genuine', 'number_only')
            UNION SELECT picture, number FROM decision WHERE number <> '' AND decision <> ''),
        alone AS (SELECT picture, min(number) AS number FROM claim {only} GROUP BY picture HAVING count(*) = 1)
        SELECT alone.number, page.picture FROM alone JOIN page USING (picture) LEFT JOIN decision USING (picture)
        JOIN slip ON slip.number = alone.number WHERE NOT ({OPEN}) AND slip.kind <> 'pad'
            AND NOT EXISTS (SELECT 1 FROM version WHERE version.digest = slip.content
                AND coalesce(version.record ->> '$.sealed', '') <> '')
            AND EXISTS (SELECT 1 FROM stored WHERE stored.picture = page.picture) AND (?1 = '' OR alone.number = ?1)
        ORDER BY 1, 2""",
        (number,),
    )
    found: dict[str, list[str]] = {}
    for of, picture in rows:
        found.setdefault(of, []).append(picture)
    return {of: tuple(pictures) for of, pictures in found.items()}
