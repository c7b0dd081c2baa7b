"""Districts that patients come from: LGD state code, first digits of the PIN codes, and localities that fit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A district. `pin` are the first three digits of its PIN codes; `weight` is its share of a Delhi queue."""

    state: int
    name: str
    pin: str
    localities: tuple[str, ...]
    weight: int


_ROWS = """
7|South East Delhi|110|Jaitpur; Madanpur Khadar; Okhla Phase 1; Tughlakabad Extension|60
7|South Delhi|110|Kotla Mubarakpur; Sangam Vihar; Mehrauli; Devli Village|50
7|New Delhi|110|Sarojini Nagar; R K Puram Sector 4; Moti Bagh|25
7|West Delhi|110|Uttam Nagar; Tilak Nagar; Raghubir Nagar|30
7|North West Delhi|110|Sultanpuri; Jahangirpuri; Rohini Sector 22|30
7|North East Delhi|110|Seelampur; Bhajanpura; Mustafabad; Karawal Nagar|35
7|East Delhi|110|Trilokpuri; Kondli; Laxmi Nagar; Mayur Vihar Phase 3|35
7|Central Delhi|110|Paharganj; Ballimaran; Daryaganj|15
7|South West Delhi|110|Najafgarh; Palam Colony; Dwarka Sector 3|25
9|Gautam Buddha Nagar|201|Bhangel; Mamura; Noida Sector 63; Dadri|30
9|Ghaziabad|201|Loni; Khora Colony; Vijay Nagar; Modinagar|30
9|Meerut|250|Lisari Gate; Kanker Khera; Mawana|14
9|Bulandshahr|203|Sikandrabad; Khurja; Village Aurangabad|12
9|Aligarh|202|Delhi Gate; Khair; Atrauli|10
9|Agra|282|Tajganj; Shahganj; Fatehpur Sikri|9
9|Moradabad|244|Kanth Road; Thakurdwara; Bilari|8
9|Bareilly|243|Subhash Nagar; Faridpur; Nawabganj|7
9|Lucknow|226|Aliganj; Chowk; Mohanlalganj|6
9|Kanpur Nagar|208|Kidwai Nagar; Ghatampur; Bilhaur|6
9|Gorakhpur|273|Basharatpur; Pipraich; Village Campierganj|8
9|Varanasi|221|Lanka; Pindra; Sarnath|5
9|Azamgarh|276|Sarai Mir; Mubarakpur; Village Phoolpur|6
9|Shahjahanpur|242|Tilhar; Powayan; Jalalabad|4
6|Faridabad|121|NIT 5; Ballabgarh; Sarai Khwaja|25
6|Gurugram|122|Sohna; Pataudi; Wazirabad|18
6|Sonipat|131|Gohana; Ganaur; Kharkhoda|8
6|Rohtak|124|Meham; Sampla; Kalanaur|6
6|Nuh|122|Ferozepur Jhirka; Punahana; Tauru|8
6|Karnal|132|Gharaunda; Nilokheri; Assandh|4
10|Patna|800|Kankarbagh; Phulwari Sharif; Danapur|12
10|Gaya|823|Bodh Gaya; Sherghati; Belaganj|8
10|Muzaffarpur|842|Kanti; Motipur; Village Minapur|9
10|Darbhanga|846|Laheriasarai; Benipur; Keoti|9
10|Purnia|854|Kasba; Banmankhi; Dhamdaha|6
10|Bhojpur|802|Arrah; Piro; Village Koilwar|6
10|Siwan|841|Maharajganj; Mairwa; Village Pachrukhi|6
10|Madhubani|847|Jhanjharpur; Benipatti; Rajnagar|6
8|Jaipur|302|Sanganer; Bassi; Jhotwara|8
8|Alwar|301|Tijara; Behror; Ramgarh|9
8|Bharatpur|321|Deeg; Nadbai; Kaman|6
8|Sikar|332|Neem Ka Thana; Fatehpur; Danta Ramgarh|4
5|Dehradun|248|Rishikesh; Vikasnagar; Raipur Road|7
5|Haridwar|249|Roorkee; Jwalapur; Laksar|7
5|Nainital|263|Haldwani; Ramnagar; Bhimtal|5
5|Pithoragarh|262|Dharchula; Munsyari; Didihat|3
23|Gwalior|474|Morar; Dabra; Bhitarwar|6
23|Bhopal|462|Berasia; Kolar Road; Bairagarh|4
23|Rewa|486|Mauganj; Sirmaur; Teonthar|4
20|Ranchi|834|Kanke; Bundu; Namkum|5
20|Dhanbad|826|Jharia; Katras; Nirsa|4
22|Raipur|492|Abhanpur; Arang; Tatibandh|3
19|Murshidabad|742|Berhampore; Domkal; Jangipur|6
19|Kolkata|700|Behala; Garden Reach; Tollygunge|3
19|Malda|732|Kaliachak; Gazole; Chanchal|4
21|Ganjam|760|Berhampur; Chhatrapur; Bhanjanagar|3
18|Nagaon|782|Hojai; Kaliabor; Raha|2
3|Ludhiana|141|Khanna; Jagraon; Model Town|4
3|Amritsar|143|Ajnala; Majitha; Putlighar|3
2|Kangra|176|Palampur; Nurpur; Dehra|3
1|Jammu|180|R S Pura; Akhnoor; Gandhi Nagar|3
37|Leh|194|Choglamsar; Nubra; Khaltsi|1
24|Ahmadabad|380|Maninagar; Sanand; Vatva|2
27|Nagpur|440|Sitabuldi; Kamptee; Hingna|2
27|Nashik|422|Panchavati; Sinnar; Deolali|1
30|South Goa|403|Margao; Vasco da Gama; Quepem|1
28|Guntur|522|Tenali; Mangalagiri; Narasaraopet|1
36|Hyderabad|500|Charminar; Secunderabad; Uppal|1
29|Bengaluru Urban|560|Yelahanka; K R Puram; Anekal|1
32|Kottayam|686|Pala; Changanassery; Vaikom|1
33|Madurai|625|Melur; Thirumangalam; Usilampatti|1
17|East Khasi Hills|793|Shillong; Sohra; Mawphlang|1
15|Aizawl|796|Chaltlang; Durtlang; Sairang|1
14|Imphal West|795|Lamphelpat; Patsoi; Wangoi|1
11|Gangtok|737|Tadong; Ranka; Singtam|1
"""


def _district(row: str) -> District:
    state, name, pin, localities, weight = row.split("|")
    return District(state=int(state), name=name, pin=pin, localities=tuple(localities.split("; ")), weight=int(weight))


DISTRICTS = tuple(map(_district, _ROWS.strip().splitlines()))
