/* Names of functions, which differ from one instruction set to another in one library.
 *
 * Every source is compiled once per instruction set, so a function that another file or Python
 * calls carries the set's name: `product` is the symbol product_avx512 in that object, and so on.
 */
#ifndef APPROX_EXPORT_H
#define APPROX_EXPORT_H

#ifdef _WIN32
#define VISIBLE __declspec(dllexport)
#else
#define VISIBLE __attribute__((visibility("default")))
#endif

#ifdef APPROX_KERNEL
#define QUOTE_EXPANDED(text) #text
#define QUOTE(text) QUOTE_EXPANDED(text)

#define SYMBOL(name) __asm__(QUOTE(__USER_LABEL_PREFIX__) #name "_" QUOTE(APPROX_KERNEL))

/* Declares a function that another file calls: SHARED(int, name, (int argument)); */
#define SHARED(type, name, arguments) type name arguments SYMBOL(name)

/* Defines a function that Python calls: EXPORT(int, name, (int argument)) { ... } */
#define EXPORT(type, name, arguments) \
    VISIBLE type name arguments SYMBOL(name); \
    type name arguments
#endif

#endif
