package demo

// Everybody is invented. Given and family names are drawn separately, so that nobody is meant.
var (
	women = []string{"Edith", "Doreen", "Margaret", "Joyce", "Hilda", "Maureen", "Sheila", "Beryl", "Pauline", "Iris", "Nasreen", "Olive",
		"Winifred", "Brenda", "Parveen", "Rosa", "Gwen", "Irena", "Marlene", "Celia", "Josephine", "Bridget", "Kamala", "Ivy", "Audrey", "Mei"}
	men = []string{"Stanley", "Harold", "Ronald", "Desmond", "Arthur", "Cyril", "Kenneth", "Leonard", "Mohammed", "Terence", "Raymond",
		"Gurdev", "Clifford", "Winston", "Frank", "Tadeusz", "Neville", "Albert", "Sidney", "Ernest", "Patrick", "Vincent", "Ashok", "Len"}
	families = []string{"Thornbury", "Ashcombe", "Penhallow", "Rushworth", "Lindqvist", "Marchbanks", "Oyelaran", "Sedgley", "Whitlock",
		"Farrindale", "Bostwick", "Kaminska", "Haldane", "Tranter", "Ollerenshaw", "Chaudry", "Winterbourne", "Dunstable", "Pettifer", "Amadi",
		"Cawthorne", "Brightwell", "Sandiford", "Mistry", "Hollis", "Fairclough", "Underhill", "Garside", "Novakova", "Tillotson", "Ramsbottom",
		"Eccleshall", "Bhandari", "Standish", "Lockyer", "Merriweather", "Ogden", "Tamworth", "Vasey", "Quill"}
	workersFirst = []string{"Amara", "Bronwen", "Callum", "Daniela", "Efua", "Fergus", "Grace", "Hamza", "Isla", "Jonah", "Keziah", "Liam",
		"Mina", "Niall", "Orla", "Priya", "Quentin", "Rhiannon", "Samuel", "Tess", "Usman", "Vera", "Wesley", "Xenia", "Yusuf", "Zara",
		"Abigail", "Benedict", "Chidi", "Della", "Ewan", "Fatima", "Gareth", "Hetty", "Imogen", "Jerome", "Katya", "Lorcan", "Maisie", "Nadia",
		"Osian", "Phoebe", "Rafael", "Stella", "Tobias", "Una"}
	workersFamily = []string{"Okafor", "Hartley", "Brannigan", "Moss", "Adeyemi", "Pickering", "Larkin", "Siddiqui", "Rowntree", "Castle", "Flint",
		"Greaves", "Kettlewell", "Mendes", "Prothero", "Swales", "Yardley", "Barlow", "Duckett", "Ivanova", "Jessop", "Nuttall", "Rigby",
		"Sargent", "Tolland", "Varley", "Wainwright", "Birch", "Coker", "Dewhurst", "Eccles", "Fenwick", "Holroyd", "Illingworth", "Kay",
		"Lumb", "Mistry", "Naylor", "Ormerod", "Peel", "Redfern", "Scully", "Tighe", "Umar", "Webb", "Yates"}
	hoods     = []string{"Larkfield", "Alderbrook", "Wickhaven", "Marlsby", "Thistledown", "Coldbeck"}
	surgeries = []string{"Mill Lane Surgery", "Harbour Road Practice", "Saint Agnes Medical Centre", "Quayside Health Centre", "Elmtree Surgery",
		"Foundry Street Practice", "Orchard Row Surgery"}
	streets = []string{"Tanners Row", "Chapel Brow", "Mill Cottages", "Station Parade", "Lower Wharf", "Larch Close", "Bellfounders Lane",
		"Weavers Court", "Hangman's Corner", "Cockle Street", "Old Ropewalk", "Beacon Hill", "Priory Walk", "Foxglove Gardens", "Tide Street"}
	befrienders = []string{"Kettle On", "Friendly Faces", "The Tuesday Visitors"}
	neighbourly = []string{"Good Neighbours", "Next Door", "Many Hands"}
	needs       = []string{"hearing aid, speak clearly", "large print", "interpreter: Polish", "interpreter: Urdu", "lip-reads", "speak slowly"}
	riskNotes   = []string{"Small dog, friendly.", "Visit in pairs after dark.", "Steep steps, no rail.", "Oxygen in the house: no naked flames."}
	accessNotes = []string{"Key safe left of the door.", "Ring twice and wait.", "Use the back gate.", "Daughter lives next door at number 4."}
)

// What visitors write when all is well.
var quietNotes = []string{
	"Dressing changed. Wound clean and dry, edges closing.",
	"Compression bandages renewed, skin intact, no new areas.",
	"Catheter flushed, draining well. Comfortable.",
	"Insulin given, eating and drinking normally.",
	"Pressure areas checked and intact. Mattress working.",
	"Bloods taken, no bruising. Cheerful.",
	"Walked to the kitchen and back with the frame, steadier than last week.",
	"Eye drops given and technique gone over once more.",
	"Stockings fitted. Ankles less swollen than on Friday.",
	"Talked through the new tablets; box filled to Sunday.",
}

// What volunteers write of in no field at all: only how the person was.
var wellbeings = []string{"well", "well", "as_usual", "as_usual", "as_usual"}
