package copier

// ForgetGenerations is for tests.
var ForgetGenerations = forgetGenerations
