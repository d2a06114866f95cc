"""What the compiler refuses: errors of clang, of LLVM and of BCC, at the learner's line."""
