from dataclasses import replace
from datetime import date
import random
from tests.test_matches import *
from fallback.slip import AgeUnit
GIV_M="Ramesh Suresh Mohan Imran Salim Vijay Arjun Deepak Sanjay Rahul Ashok Manoj Rakesh Dinesh Naresh".split()
GIV_F="Sunita Anita Kavita Fatima Zubeda Lakshmi Pooja Neha Rekha Meena Geeta Sita Radha Kamla Asha".split()
SUR="Kumar Devi Sharma Khan Singh Yadav Gupta Verma Ansari Das".split()
LOC="Tajganj Seelampur Okhla Karolbagh Mehrauli Narela Rohini Dwarka".split()
def test_attack(backlog, tmp_path):
    rnd=random.Random(1)
    rows=["uhid,name,sex,birth_date,guardian,mobile,locality"]
    for n in range(1500):
        f=rnd.random()<.5
        rows.append(f"{200000000+n},{rnd.choice(GIV_F if f else GIV_M)} {rnd.choice(SUR)},{'F' if f else 'M'},{rnd.randint(1940,2020)},{rnd.choice(GIV_M)} {rnd.choice(SUR)},9{rnd.randint(100000000,899999999)},{rnd.choice(LOC)}")
    sp=[
     "300000001,Ramesh Chaturvedi,M,1960,Mohan Chaturvedi,9810000001,Okhla",   # father
     "300000002,Babita Chaturvedi,F,1990,Ramesh Chaturvedi,9810000001,Okhla",
     "300000003,Ram Tripathi,M,2015,Hari Tripathi,9810000003,Okhla",  # twin of Shyam
     "300000004,Gauri Mishra,F,1985,Hari Mishra,9810000004,Okhla",
     "300000005,Gauri Mishra,F,1985,Hari Mishra,9810000005,Okhla",  # a doubled person in index
     "300000006,Harpreet Gill,F,1985,Kulwant Gill,9810000006,Okhla",
     "300000007,Noor Jahan Siddiqui,F,1970,Karim Siddiqui,9810000007,Okhla",
    ]
    (tmp_path/"p.csv").write_text("\n".join(rows+sp)+"\n")
    house=factories.installation(tmp_path/"house2")
    index=PatientIndex(house.folder,house.vault); frontdesk.load_index(house.ledger,index,tmp_path/"p.csv",Columns())
    def p(name,sex,age,g,mob,loc,unit=AgeUnit.YEARS): return Patient(name=name,sex=sex,age=Age(value=age,unit=unit) if age is not None else None,guardian=g,mobile=mob,locality=loc)
    M,F=Sex.MALE,Sex.FEMALE
    cases={}
    def add(k,pt,**m):
        cases[k]=backlog.issue(pt,**m)
    add("son of same name, same phone", p("Ramesh Chaturvedi",M,40,"Ramesh Chaturvedi","9810000001","Okhla"))
    add("son, age 64 (near)", p("Ramesh Chaturvedi",M,None,"Mohan Chaturvedi","9810000001","Okhla") if False else p("Rajesh Chaturvedi",M,65,"Mohan Chaturvedi","9810000001","Okhla"))
    add("twin Shyam", p("Shyam Tripathi",M,11,"Hari Tripathi","9810000003","Okhla"))
    add("twin alike Rama", p("Rama Tripathi",M,11,"Hari Tripathi","9810000003","Okhla"))
    add("twin Ramu", p("Ramu Tripathi",M,11,"Hari Tripathi","9810000003","Okhla"))
    add("sister Babli", p("Babli Chaturvedi",F,36,"Ramesh Chaturvedi","9810000001","Okhla"))
    add("sex unknown", p("Babita Chaturvedi",Sex.UNKNOWN,36,"Ramesh Chaturvedi","9810000001","Okhla"))
    add("other sex", p("Harpreet Gill",M,41,"Kulwant Gill","9810000006","Okhla"))
    add("another UHID", p("Noor Jahan Siddiqui",F,56,"Karim Siddiqui","9810000007","Okhla"), uhid="200000005")
    add("UHID of nobody", p("Noor Jahan Siddiqui",F,56,"Karim Siddiqui","9810000007","Okhla"), uhid="999999999")
    add("own UHID", p("Noor Jahan Siddiqui",F,56,"Karim Siddiqui","9810000007","Okhla"), uhid="300000007")
    add("doubled", p("Gauri Mishra",F,41,"Hari Mishra","9810000004","Okhla"))
    add("doubled, no mobile", p("Gauri Mishra",F,41,"Hari Mishra","","Okhla"))
    add("honest", p("Babita Chaturvedi",F,36,"Ramesh Chaturvedi","9810000001","Okhla"))
    add("neighbour's phone", p("Babita Sharma",F,36,"Ramesh Sharma","9810000001","Okhla"))
    add("sister-in-law same given", p("Babita Devi",F,37,"Suresh Chaturvedi","9810000001","Okhla"))
    add("only name+age", p("Harpreet Gill",F,41,"","",""))
    for n in range(250):
        r=rows[1+n*5].split(",")
        backlog.issue(p(r[1],M if r[2]=="M" else F,max(0,2026-int(r[3])),r[4],r[5],r[6]))
    print(run(backlog,index))
    for k,s in cases.items():
        t=told(backlog,s); print(f"{k:28} {t.machine:5} {t.machine_person:16} {t.chance:.6f}", [str(x) for _,x,b in t.reasons if b<=0])
    house.close(); assert 0
