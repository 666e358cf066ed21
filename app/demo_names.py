"""Words that a made-up practice is told with: names from many places, tags of dermatology, notes. None of it is anybody's."""
from dataclasses import dataclass

from data.body_sites import coded


@dataclass(frozen=True)
class Origin:
    """Names that go together; each is space-separated, `_` stands for a space inside a name."""

    female: str
    male: str
    family: str

    def words(self, what: str) -> tuple[str, ...]:
        """Return the names of one kind."""
        return tuple(word.replace('_', ' ') for word in getattr(self, what).split())


ORIGINS = (
    Origin('Marguerite Philippa Aoife Rosalind Imogen Harriet Niamh Tamsin Beatrix Saoirse Eleanor Gwyneth',
           'Callum Barnaby Fergus Rhys Alistair Cormac Desmond Lachlan Crispin Tobias Eamon Gareth',
           "O'Rourke Brannigan Grenfell Pemberton MacAskill O'Dwyer Thistlewood Llewellyn Carrick Ashdown Fitzgerald-Moore Winterbourne"),
    Origin('Henrike Liselotte Käthe Friederike Jördis Annegret Mareike Änne Wiebke Hannelore',
           'Jörg Günther Matthias Sönke Ansgar Detlef Björn Rüdiger Volker Eckhart',
           'Weißmüller Abendroth Köhler-Lang Großkopf Bäcker Lindenau Fröhlich Overbeck Schäufele Tiedemann von_Hagen Süß'),
    Origin('Éloïse Maëlys Clémence Hélène Anaïs Noémie Solène Bérénice',
           'Théophile Gaël Rémy Benoît Aurélien Loïc Étienne Cédric',
           "Lefèvre Beaucaire d'Aubigny Montclair Desrosiers Châtelain Guérin Saint-Clair L'Hermite Vauquelin Du_Plessis"),
    Origin('Soledad Inés Begoña Ximena Lucía Maite Rocío Araceli Nuria Belén',
           'Íñigo Joaquín Ramón Andrés Óscar Gonzalo Nicolás Xavier Julián Efraín',
           'Iturbe Núñez-Larrea Peñalver Echeverría Ibáñez Montaño Güell Villaseñor Zubiría Ordóñez Cañizares de_la_Fuente'),
    Origin('Ingrid Sólveig Þórunn Åsa Kirsten Maja Synnøve Ragnhild Aino Päivi',
           'Søren Håkon Björk Øyvind Torsten Mikkel Ásgeir Jørgen Eero Jukka',
           'Lindqvist Sørensen Ødegård Åkerblom Þorvaldsson Bjørnstad Hämäläinen Nygård Västerlund Kjærgaard Virtanen Holmström'),
    Origin('Zofia Małgorzata Agnieszka Żaneta Ludmila Eliška Zdeňka Ljubica Katarzyna Světlana',
           'Łukasz Zbigniew Jiří Ondřej Wojciech Bogumił Miloš Željko Stanisław Přemysl',
           'Wójcik Kowalewska-Zając Dvořáček Nowiński Šimůnek Brzęczek Jovanović Čermák Gołębiowski Žižka Malinowski Růžička'),
    Origin('Şebnem Gülşah İpek Çiğdem Ayşegül Nilüfer Özlem Tuğba',
           'Çağlar Ömer İlker Gökhan Uğur Şahin Barış Yiğit',
           'Yıldızoğlu Karadağ Çelikten Öztürkmen Işıklı Aydınlı Gümüşdere Sönmezer Balcıoğlu Erdoğmuş'),
    Origin('Devika Ananya Meenakshi Lakshmi Parvati Revathi Farzana Sunanda Nandini Ishita',
           'Arjun Raghunath Vikram Siddharth Harpreet Balakrishnan Imran Jayant Anirudh Keshav',
           'Ramanathan Chattopadhyay Subramaniam Deshpande Iyengar Bhattacharjee Kulkarni Dhaliwal Venkataraman Qureshi Nambiar'),
    Origin('Yuki Haruka Mei-Ling Xiaoyun Ngọc_Anh Thùy Soo-ah Min-seo Aiko Lan',
           'Kenji Takeshi Zhiyuan Wei Đức Quang Hyun-woo Ji-ho Haruto Minh',
           'Kobayakawa Ōnishi Takahara Ouyang Zhuang Nguyễn Đặng Trần Baek Namgoong Hayashida Szeto'),
    Origin('Adaeze Folasade Nomvula Wanjiru Abena Makena Zainab Thandeka Ifeoma Ayodele',
           'Kwabena Chukwuemeka Sipho Tendai Babajide Mandla Kofi Jelani Olumide Otieno',
           "Oyelaran Asante-Reid Nwachukwu N'Diaye Mokoena Okonjo-Bright Wanyama Adébáyọ̀ Mbeki-Cole Dlamini Achieng Owusu"),
    Origin('Yasmin Noor Rania Shirin Parisa Leila Hanan Samira Golnaz Maryam',
           'Karim Farid Navid Bahram Tariq Yousef Rashid Omid Sami Behrouz',
           'Al-Khatib Haddad Rahimzadeh Ben_Youssef Nakhla Mansouri Shirazi-Pour El-Masri Tehrani Farahani Khouri'),
    Origin('Leilani Moana Anahera Kahurangi Tallulah Aroha Winona Mahina',
           'Tāne Keanu Wiremu Rangi Kai Tavita Matiu Semisi',
           "Kahananui Te_Rangi Ngata-Hughes Fa'asavalu Tuilagi Kealoha Whaanga Mānuka Tauiliili"),
)
INITIALS = 'ABCDEFGHJKLMNOPRSTVW'

CONDITIONS = (
    'Psoriasis', 'Atopic eczema', 'Acne', 'Melanocytic naevus', 'Rosacea', 'Actinic keratosis', 'Vitiligo', 'Basal cell carcinoma',
    'Melasma', 'Alopecia areata', 'Hidradenitis', 'Keloid', 'Seborrhoeic keratosis', 'Contact dermatitis', 'Urticaria', 'Melanoma',
    'Squamous cell carcinoma', 'Onychomycosis', 'Warts', 'Lichen planus', 'Seborrhoeic dermatitis', 'Tinea corporis', 'Hand eczema',
    'Prurigo nodularis', 'Pityriasis versicolor', 'Androgenetic alopecia', 'Haemangioma', 'Port-wine stain', 'Scar', 'Striae',
    'Perioral dermatitis', 'Impetigo', 'Herpes zoster', 'Molluscum', 'Granuloma annulare', 'Pityriasis rosea', 'Bullous pemphigoid',
    'Morphoea', 'Cutaneous lupus', 'Dermatofibroma', 'Lipoma', 'Epidermoid cyst', 'Ichthyosis', 'Keratosis pilaris', 'Lentigo',
    'Lentigo maligna', 'Lichen sclerosus', 'Livedo', 'Mastocytosis', 'Mycosis fungoides', 'Nail psoriasis', 'Pemphigus', 'Pyoderma',
    'Sarcoidosis', 'Spider veins', 'Stasis dermatitis', 'Syringoma', 'Telangiectasia', 'Xanthelasma', 'Yellow nail syndrome')
TREATMENTS = (
    'Topical steroid', 'Narrowband UVB', 'Isotretinoin', 'Methotrexate', 'Adalimumab', 'Cryotherapy', 'Calcipotriol', 'Dupilumab',
    'Excision', 'Tretinoin', 'Pulsed dye laser', 'Botulinum toxin', 'Hyaluronic filler', 'Photodynamic therapy', 'Secukinumab',
    'Azelaic acid', 'Doxycycline', 'Imiquimod', 'Chemical peel', 'Microneedling', 'Tacrolimus', 'Minoxidil', 'Fractional laser',
    'Ciclosporin', 'Emollients', 'Ustekinumab', 'Apremilast', 'Bath PUVA', 'Compression', 'Curettage', 'Fluorouracil',
    'Intralesional steroid', 'Ivermectin', 'Mohs surgery', 'Omalizumab', 'Platelet-rich plasma', 'Risankizumab', 'Sclerotherapy',
    'Silicone gel', 'Terbinafine')
BODY_SITES = (
    'Face', 'Trunk', 'Back', 'Forearm', 'Scalp', 'Elbow', 'Hand', 'Knee', 'Lower leg', 'Cheek', 'Nose', 'Forehead', 'Neck', 'Chest',
    'Shoulder', 'Upper arm', 'Thigh', 'Foot', 'Abdomen', 'Ear', 'Eyelid', 'Lip', 'Chin', 'Axilla', 'Groin', 'Buttock', 'Ankle', 'Wrist',
    'Fingernail', 'Toenail', 'Palm', 'Sole', 'Temple', 'Décolleté', 'Popliteal fossa')
SITE_CODES = {name: coded(words) for name, words in {
    **{name: name for name in BODY_SITES}, 'Back': 'Upper back', 'Chest': 'Anterior chest', 'Abdomen': 'Anterior abdomen',
    'Groin': 'Inguinal region', 'Fingernail': 'Fingers and thumb', 'Toenail': 'Toes', 'Palm': 'Palm of hand', 'Sole': 'Sole of foot',
    'Décolleté': 'Upper anterior chest'}.items()}
"""What a photograph of such a place bears as its body site."""
FLAGS = ('Needs review', 'Recall due', 'Teaching case', 'Second opinion', 'Photograph again', 'Tape allergy', 'Interpreter', 'Urgent')
STUDIES = ('Larkfield 12-week', 'Elbow plaque registry', 'Laser settings 2', 'Winter eczema', 'Peel follow-up', 'Naevus mapping',
           'Scar gel comparison', 'Phototherapy dose', 'Nail score', 'Vitiligo repigmentation', 'Filler longevity', 'Rosacea redness')
VOCABULARY = {'condition': CONDITIONS, 'treatment': TREATMENTS, 'body-site': BODY_SITES, 'flag': FLAGS, 'study': STUDIES}
"""Tags by the slug of their category, the most common ones first."""

HEADLINES = ('Baseline', 'Week 4', 'Week 6', 'Week 12 review', 'Follow-up', 'First visit', 'Before treatment', 'After treatment',
             'Annual skin check', 'Unplanned visit', 'Second session', 'Control of the scar')
FINDINGS = (
    'Plaques flatter, scale minimal.', 'No new lesions.', 'Redness clearly less than at the last visit.',
    'Lesion unchanged in size and colour.',
    'Mild dryness, otherwise well tolerated.', 'New papules on the chin.', 'Border regular, two colours.', 'Itch 3 of 10, was 7.',
    'Repigmentation around the hair follicles.', 'Scar soft and pale.', 'Slight swelling, gone by the evening.', 'Nails grow out clear.')
PLANS = (
    'Continue as before.', 'Repeat photographs at the next visit, same pose and light.', 'See again in 12 weeks.',
    'Step down to twice a week.', 'Dermoscopy in 3 months.',
    'Stop, and see again when it returns.', 'Sun protection explained.', 'Histology ordered.')

PASSWORD_WORDS = (
    'acorn amber apron badger bamboo basket beacon birch biscuit bonnet bramble bridge bucket button candle canyon caramel carrot cedar '
    'cellar cherry cinder clover cobble copper cotton cricket crumpet cupboard daisy dapple desert dolphin donkey drizzle eagle ember '
    'falcon feather fennel ferry fiddle forest fountain gable garden ginger glacier granite hammock harbour hazel heather helmet honey '
    'island jacket jasmine kettle ladder lagoon lantern lemon lichen lilac linen magnet maple marble meadow melon meteor mitten mosaic '
    'mustard nettle nutmeg oatmeal orchard otter oyster paddle parsley pebble pepper pigeon pillow plum pocket pumpkin quartz rabbit '
    'raisin ribbon river rocket saddle saffron sandal silver spruce stable sunset tartan thimble thistle timber tulip velvet violin '
    'walnut wander willow window winter yonder')
"""A demo's password is some of these words: easily typed, and another one in every demo."""
