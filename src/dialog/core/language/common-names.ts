const words = (list: string): readonly string[] => list.split(' ');

/**
 * Given names that most callers in the United States have (Social Security Administration, names of the last hundred
 * years by frequency; public domain). They help the recogniser; other names are understood all the same.
 */
export const GIVEN_NAMES = words(
  'James Mary Michael Patricia Robert Jennifer John Linda David Elizabeth William Barbara Richard Susan Joseph Jessica ' +
    'Thomas Karen Christopher Sarah Charles Lisa Daniel Nancy Matthew Sandra Anthony Ashley Mark Emily Steven Kimberly ' +
    'Donald Betty Andrew Margaret Joshua Donna Paul Michelle Kenneth Carol Kevin Amanda Brian Melissa Timothy Deborah ' +
    'Ronald Stephanie Jason Rebecca George Sharon Edward Laura Jeffrey Cynthia Ryan Amy Jacob Kathleen Nicholas Angela ' +
    'Gary Dorothy Eric Shirley Jonathan Emma Stephen Brenda Larry Nicole Justin Pamela Benjamin Samantha Scott Anna ' +
    'Brandon Katherine Samuel Christine Gregory Debra Alexander Rachel Patrick Olivia Frank Carolyn Jack Maria Raymond ' +
    'Janet Dennis Heather Tyler Diane Aaron Catherine Jerry Julie Jose Victoria Nathan Helen Adam Joyce Henry Lauren ' +
    'Zachary Kelly Douglas Christina Peter Joan Noah Judith Kyle Ruth Ethan Evelyn Christian Hannah Jeremy Andrea Keith ' +
    'Virginia Austin Megan Sean Cheryl Roger Jacqueline Terry Madison Walter Sophia Dylan Abigail Gerald Teresa Carl ' +
    'Isabella Jordan Sara Bryan Janice Gabriel Martha Jesse Gloria Harold Kathryn Lawrence Ann Logan Charlotte Arthur ' +
    'Judy Bruce Amber Billy Julia Elijah Grace Joe Denise Alan Danielle Juan Natalie Louis Alice Willie Marilyn Wayne ' +
    'Diana Ralph Beverly Mason Jean Roy Brittany Eugene Theresa Randy Frances Vincent Kayla Bobby Alexis Russell Lori',
);

/** Surnames that most people in the United States have (Census Bureau, 2010, by frequency; public domain). */
export const SURNAMES = words(
  'Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson ' +
    'Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker ' +
    'Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell ' +
    'Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy ' +
    'Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson ' +
    'Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo Sanders Patel Myers Long Ross ' +
    'Foster Jimenez Powell Jenkins Perry Russell Sullivan Bell Coleman Butler Henderson Barnes Gonzales Fisher Vasquez ' +
    'Simmons Romero Jordan Patterson Alexander Hamilton Graham Reynolds Griffin Wallace Moreno West Cole Hayes Bryant ' +
    'Herrera Gibson Ellis Tran Medina Aguilar Stevens Murray Ford Castro Marshall Owens Harrison Fernandez McDonald ' +
    'Woods Washington Kennedy Wells Vargas Henry Chen Freeman Webb Tucker Guzman Burns Crawford Olson Simpson Porter ' +
    'Hunter Gordon Mendez Silva Shaw Snyder Mason Dixon Munoz Hunt Hicks Holmes Palmer Wagner Black Robertson Boyd Rose ' +
    'Stone Salazar Fox Warren Mills Meyer Rice Schmidt Garza Daniels Ferguson Nichols Stephens Soto Weaver Ryan Gardner',
);
