"""Made-up people's names by community: given names of women and men, surnames, in Latin letters and in Hindi."""

from dataclasses import dataclass

NamePair = tuple[str, str]  # Latin, Hindi


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """A pool of names. `states` are LGD codes it is at home in (empty: all); `weight` is its share of a Delhi queue.

    `middle` are the words often set between or after given names, by sex; a surname is left out with the chance
    `single`.
    """

    name: str
    weight: int
    states: frozenset[int]
    women: tuple[NamePair, ...]
    men: tuple[NamePair, ...]
    surnames: tuple[NamePair, ...]
    women_middle: tuple[NamePair, ...] = ()
    men_middle: tuple[NamePair, ...] = ()
    single: float = 0.0


def _pairs(text: str) -> tuple[NamePair, ...]:
    """Pairs from `Latin=हिन्दी` words, `_` standing for a space."""
    found = (word.replace("_", " ").split("=") for word in text.split())
    return tuple((latin, hindi) for latin, hindi in found)


COMMUNITIES = (
    Community(
        name="hindi belt",
        weight=52,
        states=frozenset({5, 6, 7, 8, 9, 10, 20, 22, 23}),
        women=_pairs(
            "Sunita=सुनीता Geeta=गीता Anita=अनीता Rekha=रेखा Kavita=कविता Pooja=पूजा Neha=नेहा Shanti=शांति Kamla=कमला "
            "Sarita=सरिता Mamta=ममता Savitri=सावित्री Urmila=उर्मिला Laxmi=लक्ष्मी Radha=राधा Meena=मीना Sushila=सुशीला "
            "Phoolmati=फूलमती Ramdulari=रामदुलारी Munni=मुन्नी Priyanka=प्रियंका Jyoti=ज्योति Aarti=आरती Bimla=बिमला "
            "Sangeeta=संगीता Pushpa=पुष्पा Asha=आशा Usha=उषा Kusum=कुसुम Nirmala=निर्मला Parvati=पार्वती Ganga=गंगा "
            "Shakuntala=शकुंतला Yashoda=यशोदा Kaushalya=कौशल्या Anjali=अंजलि Khushi=खुशी Ananya=अनन्या Riya=रिया "
            "Sandhya=संध्या Babita=बबीता Guddi=गुड्डी Ruchi=रुचि Shweta=श्वेता Nisha=निशा Manju=मंजू Vimla=विमला "
            "Chandrawati=चंद्रवती Champa=चंपा Durga=दुर्गा"
        ),
        men=_pairs(
            "Ramesh=रमेश Suresh=सुरेश Mukesh=मुकेश Rajesh=राजेश Dinesh=दिनेश Mahesh=महेश Rakesh=राकेश Sanjay=संजय "
            "Vijay=विजय Ajay=अजय Anil=अनिल Sunil=सुनील Manoj=मनोज Vinod=विनोद Pramod=प्रमोद Ashok=अशोक Ram=राम "
            "Shyam=श्याम Mohan=मोहन Sohan=सोहन Krishna=कृष्णा Gopal=गोपाल Hari=हरि Shiv=शिव Rajendra=राजेंद्र "
            "Surendra=सुरेंद्र Jitendra=जितेंद्र Dharmendra=धर्मेंद्र Virendra=वीरेंद्र Lakshman=लक्ष्मण Bharat=भरत "
            "Arjun=अर्जुन Rohit=रोहित Amit=अमित Sumit=सुमित Vikas=विकास Deepak=दीपक Sandeep=संदीप Pradeep=प्रदीप "
            "Kuldeep=कुलदीप Naresh=नरेश Umesh=उमेश Om=ओम Jagdish=जगदीश Kailash=कैलाश Bhola=भोला Chhotu=छोटू "
            "Aarav=आरव Vivaan=विवान Ayush=आयुष Gyan=ज्ञान Vishwanath=विश्वनाथ Baleshwar=बालेश्वर Dhananjay=धनंजय"
        ),
        surnames=_pairs(
            "Sharma=शर्मा Verma=वर्मा Gupta=गुप्ता Singh=सिंह Yadav=यादव Mishra=मिश्रा Tiwari=तिवारी Pandey=पांडे "
            "Dubey=दुबे Shukla=शुक्ला Tripathi=त्रिपाठी Chauhan=चौहान Rajput=राजपूत Prajapati=प्रजापति Kushwaha=कुशवाहा "
            "Maurya=मौर्य Saini=सैनी Jatav=जाटव Paswan=पासवान Ram=राम Agarwal=अग्रवाल Bansal=बंसल Jain=जैन "
            "Chaudhary=चौधरी Thakur=ठाकुर Srivastava=श्रीवास्तव Saxena=सक्सेना Meena=मीणा Gurjar=गुर्जर Kashyap=कश्यप "
            "Rawat=रावत Negi=नेगी Bisht=बिष्ट Joshi=जोशी Pal=पाल Nishad=निषाद Valmiki=वाल्मीकि Soni=सोनी"
        ),
        women_middle=_pairs("Devi=देवी Kumari=कुमारी Rani=रानी Bai=बाई"),
        men_middle=_pairs("Kumar=कुमार Prasad=प्रसाद Lal=लाल Chand=चंद Nath=नाथ Prakash=प्रकाश Pratap=प्रताप"),
        single=0.35,
    ),
    Community(
        name="muslim",
        weight=17,
        states=frozenset(),
        women=_pairs(
            "Fatima=फ़ातिमा Ayesha=आयशा Shabnam=शबनम Rukhsana=रुख़साना Nasreen=नसरीन Zubeda=ज़ुबैदा Shabana=शबाना "
            "Parveen=परवीन Salma=सलमा Yasmeen=यासमीन Noorjahan=नूरजहाँ Tabassum=तबस्सुम Rehana=रेहाना Sana=सना "
            "Mariyam=मरियम Hina=हिना Shagufta=शगुफ़्ता Gulnaz=गुलनाज़ Zainab=ज़ैनब Farzana=फ़रज़ाना"
        ),
        men=_pairs(
            "Salman=सलमान Imran=इमरान Irfan=इरफ़ान Zakir=ज़ाकिर Aslam=असलम Salim=सलीम Rashid=राशिद Farhan=फ़रहान "
            "Nadeem=नदीम Shahid=शाहिद Arif=आरिफ़ Asif=आसिफ़ Yusuf=यूसुफ़ Ibrahim=इब्राहीम Ismail=इस्माइल Usman=उस्मान "
            "Rizwan=रिज़वान Faizan=फ़ैज़ान Akhtar=अख़्तर Javed=जावेद Abdul_Rahman=अब्दुल_रहमान Abdul_Karim=अब्दुल_करीम"
        ),
        surnames=_pairs(
            "Khan=ख़ान Ansari=अंसारी Qureshi=क़ुरैशी Siddiqui=सिद्दीक़ी Sheikh=शेख़ Ahmad=अहमद Hussain=हुसैन Ali=अली "
            "Malik=मलिक Alam=आलम Saifi=सैफ़ी Idrisi=इदरीसी Mansoori=मंसूरी Hashmi=हाशमी"
        ),
        women_middle=_pairs("Begum=बेगम Khatoon=ख़ातून Bano=बानो Bibi=बीबी Parveen=परवीन"),
        men_middle=_pairs("Mohammad=मोहम्मद Mohd=मोहम्मद Md=मोहम्मद"),
        single=0.3,
    ),
    Community(
        name="sikh and punjabi",
        weight=8,
        states=frozenset({3, 4, 6, 7}),
        women=_pairs(
            "Gurpreet=गुरप्रीत Harpreet=हरप्रीत Manpreet=मनप्रीत Jaswinder=जसविंदर Balwinder=बलविंदर Simran=सिमरन "
            "Paramjeet=परमजीत Kulwant=कुलवंत Amrit=अमृत Navneet=नवनीत"
        ),
        men=_pairs(
            "Gurpreet=गुरप्रीत Harjeet=हरजीत Jaspal=जसपाल Balwinder=बलविंदर Manjeet=मंजीत Kulwinder=कुलविंदर Sukhdev=सुखदेव "
            "Amarjeet=अमरजीत Rajinder=राजिंदर Surjeet=सुरजीत Daljeet=दलजीत"
        ),
        surnames=_pairs("Sandhu=संधू Gill=गिल Dhillon=ढिल्लों Sidhu=सिद्धू Bedi=बेदी Arora=अरोड़ा Khurana=खुराना Anand=आनंद"),
        women_middle=_pairs("Kaur=कौर"),
        men_middle=_pairs("Singh=सिंह"),
        single=0.5,
    ),
    Community(
        name="bengali, odia and assamese",
        weight=7,
        states=frozenset({16, 18, 19, 21}),
        women=_pairs(
            "Sharmila=शर्मिला Moumita=मौमिता Ruma=रूमा Mitali=मिताली Arpita=अर्पिता Jharna=झरना Kalpana=कल्पना "
            "Basanti=बसंती Subhashree=सुभाश्री Rupali=रूपाली"
        ),
        men=_pairs(
            "Subrata=सुब्रत Prosenjit=प्रोसेनजित Bikash=बिकाश Tapan=तपन Sourav=सौरव Dipankar=दीपांकर Biswajit=बिश्वजीत "
            "Jagannath=जगन्नाथ Bhaskar=भास्कर Nabin=नबीन"
        ),
        surnames=_pairs(
            "Das=दास Mondal=मंडल Ghosh=घोष Banerjee=बनर्जी Mukherjee=मुखर्जी Chatterjee=चटर्जी Sarkar=सरकार Roy=रॉय "
            "Sahoo=साहू Behera=बेहेरा Mohanty=मोहंती Nayak=नायक Bora=बोरा Deka=डेका"
        ),
        women_middle=_pairs("Rani=रानी"),
        men_middle=_pairs("Kumar=कुमार Chandra=चंद्र"),
        single=0.03,
    ),
    Community(
        name="southern",
        weight=6,
        states=frozenset({28, 29, 32, 33, 34, 36}),
        women=_pairs(
            "Lakshmi=लक्ष्मी Meenakshi=मीनाक्षी Kavitha=कविता Revathi=रेवती Saraswathi=सरस्वती Padma=पद्मा Vijaya=विजया "
            "Deepa=दीपा Ammini=अम्मिनी Bhagyalakshmi=भाग्यलक्ष्मी"
        ),
        men=_pairs(
            "Venkatesh=वेंकटेश Murugan=मुरुगन Karthik=कार्तिक Rajkumar=राजकुमार Subramanian=सुब्रमण्यन Narayanan=नारायणन "
            "Krishnamurthy=कृष्णमूर्ति Srinivas=श्रीनिवास Prabhakar=प्रभाकर Chandrasekharan=चंद्रशेखरन"
        ),
        surnames=_pairs(
            "Reddy=रेड्डी Nair=नायर Iyer=अय्यर Rao=राव Pillai=पिल्लै Naidu=नायडू Gowda=गौड़ा Menon=मेनन Shetty=शेट्टी "
            "Ramaswamy=रामास्वामी"
        ),
        single=0.15,
    ),
    Community(
        name="western",
        weight=5,
        states=frozenset({24, 27, 30}),
        women=_pairs("Jayshree=जयश्री Vaishali=वैशाली Hetal=हेतल Manisha=मनीषा Sonal=सोनल Ashwini=अश्विनी Smita=स्मिता"),
        men=_pairs("Nilesh=नीलेश Jignesh=जिग्नेश Prashant=प्रशांत Sachin=सचिन Ganesh=गणेश Bhavesh=भावेश Dattatray=दत्तात्रय"),
        surnames=_pairs("Patil=पाटिल Deshmukh=देशमुख Jadhav=जाधव Kulkarni=कुलकर्णी Patel=पटेल Shah=शाह More=मोरे Desai=देसाई"),
        single=0.02,
    ),
    Community(
        name="christian",
        weight=3,
        states=frozenset({13, 15, 17, 20, 30, 32, 33}),
        women=_pairs("Mary=मैरी Agnes=एग्नेस Sheeba=शीबा Anne-Marie=ऐन-मैरी Teresa=टेरेसा Rosy=रोज़ी"),
        men=_pairs("Joseph=जोसेफ़ Thomas=थॉमस Anthony=एंथनी George=जॉर्ज Jean-Paul=जीन-पॉल Francis=फ़्रांसिस"),
        surnames=_pairs("D'Souza=डिसूज़ा Fernandes=फ़र्नांडिस Massey=मैसी Minz=मिंज Xalxo=खलखो O'Brien=ओब्रायन Kurian=कुरियन"),
        single=0.05,
    ),
    Community(
        name="north-eastern and ladakhi",
        weight=2,
        states=frozenset({11, 12, 13, 14, 15, 17, 37}),
        women=_pairs("Lalrinpuii=लालरिनपुई Chanu=चानू Dolma=डोल्मा Yangchen=यांगचेन Ibemhal=इबेमहाल"),
        men=_pairs("Tenzin=तेनज़िन Lalthanhawla=ललथनहौला Ibomcha=इबोमचा Dorjee=दोर्जी Temjen=तेमजेन"),
        surnames=_pairs("Singh=सिंह Sangma=संगमा Lepcha=लेपचा Ao=आओ Bhutia=भूटिया Hauhnar=हौनार"),
        single=0.4,
    ),
)
