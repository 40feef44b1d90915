/* Every function that one source file of a kernel offers another, or Python, named for its
 * instruction set: wavenet_batch_run is wavenet_batch_run_avx512 in that object, and so on. */
#ifndef APPROX_NAMES_H
#define APPROX_NAMES_H

#define JOIN_NAMES(name, kernel) name##_##kernel
#define JOIN(name, kernel) JOIN_NAMES(name, kernel)
#define OWN(name) JOIN(name, APPROX_KERNEL)

#ifdef _WIN32
#define VISIBLE __declspec(dllexport)
#else
#define VISIBLE __attribute__((visibility("default")))
#endif

#define matrix_pack OWN(matrix_pack)
#define matrix_pack_taps OWN(matrix_pack_taps)
#define matrix_bytes OWN(matrix_bytes)
#define measure_peak OWN(measure_peak)
#define product OWN(product)
#define product_of_part OWN(product_of_part)
#define product_of_vectors OWN(product_of_vectors)
#define row_product OWN(row_product)
#define plan_network_new OWN(plan_network_new)
#define plan_network_free OWN(plan_network_free)
#define plan_new OWN(plan_new)
#define plan_run OWN(plan_run)
#define plan_free OWN(plan_free)
#define plan_enter OWN(plan_enter)
#define plan_leave OWN(plan_leave)
#define plan_convolve OWN(plan_convolve)
#define plan_add OWN(plan_add)
#define plan_measure OWN(plan_measure)
#define plan_normalise OWN(plan_normalise)
#define plan_halve OWN(plan_halve)
#define plan_double OWN(plan_double)
#define plan_pack_keys OWN(plan_pack_keys)
#define plan_attend OWN(plan_attend)
#define wavenet_network_new OWN(wavenet_network_new)
#define wavenet_network_free OWN(wavenet_network_free)
#define wavenet_group_init OWN(wavenet_group_init)
#define wavenet_group_free OWN(wavenet_group_free)
#define wavenet_group_run OWN(wavenet_group_run)
#define wavenet_batch_new OWN(wavenet_batch_new)
#define wavenet_batch_run OWN(wavenet_batch_run)
#define wavenet_batch_free OWN(wavenet_batch_free)
#define add_gradient OWN(add_gradient)
#define add_sparse_gradient OWN(add_sparse_gradient)
#define add_bias_gradient OWN(add_bias_gradient)
#define product_sparse OWN(product_sparse)
#define training_pack OWN(training_pack)
#define training_unpack OWN(training_unpack)
#define training_layers OWN(training_layers)
#define training_head OWN(training_head)
#define training_layers_back OWN(training_layers_back)
#define wavenet_window_bytes OWN(wavenet_window_bytes)
#define wavenet_window_new OWN(wavenet_window_new)
#define wavenet_window_free OWN(wavenet_window_free)
#define wavenet_window_loss OWN(wavenet_window_loss)

#endif
