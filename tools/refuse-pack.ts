/** npm would pack the sources, which no other project can use. */
console.error('Run npm run pack:widget -- FOLDER in the root of the project: this folder holds the sources.');
process.exitCode = 1;
